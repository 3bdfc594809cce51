// Compiles PostHog's client once and keeps what V8 made of it in the user's cache folder.
//
// Compiling it takes a quarter of the time of a `track`. Node's own compile cache (22.8 and later)
// works for files, and the shim is one file; V8's works on every Node. The cache is only ever read
// when it belongs to the user who runs this, so that nobody can slip code to root through it.

import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, isAbsolute, join } from 'node:path';
import { Script } from 'node:vm';
import { VERSION } from '../generated';

/**
 * Where the compiled code is kept: one file for each version of the shim and of Node. Undefined
 * where the user has no home. https://specifications.freedesktop.org/basedir-spec/latest/
 */
export function cacheFile(env: NodeJS.ProcessEnv): string | undefined {
  const name = `client-${VERSION}-${process.version}-${process.arch}.v8`;
  const set = env.XDG_CACHE_HOME;
  if (set && isAbsolute(set)) return join(set, 'onramp-analytics', name);
  const home = env.HOME;
  return home && isAbsolute(home) ? join(home, '.cache', 'onramp-analytics', name) : undefined;
}

function readCache(file: string): Buffer | undefined {
  try {
    const { uid, mode } = statSync(file);
    if (uid !== process.geteuid?.() || mode & 0o022) return undefined;
    return readFileSync(file);
  } catch {
    return undefined;
  }
}

/** Root in somebody else's home must not leave folders there that are root's. */
function isOwnHome(file: string): boolean {
  let at = dirname(file);
  while (!statSync(at, { throwIfNoEntry: false })) at = dirname(at);
  return at !== '/' && statSync(at).uid === process.geteuid?.();
}

function writeCache(file: string, script: Script): void {
  try {
    if (!isOwnHome(file)) return;
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    const temporary = `${file}.${process.pid}`;
    writeFileSync(temporary, script.createCachedData(), { mode: 0o600, flag: 'wx' });
    renameSync(temporary, file);
  } catch {
    // A home that cannot be written: it is compiled anew each time.
  }
}

/**
 * Runs the text of a CommonJS module and returns its exports. When there is no cache yet that V8
 * accepts, one is written as the process exits: by then it knows which functions were used.
 */
export function runCompiled(source: string): Record<string, unknown> {
  const file = cacheFile(process.env);
  const cachedData = file && readCache(file);
  const script = new Script(`(function (require, module, exports) {${source}\n})`, {
    filename: 'posthog-node.js',
    ...(cachedData && { cachedData }),
  });
  if (file && (!cachedData || script.cachedDataRejected)) {
    process.once('exit', () => writeCache(file, script));
  }
  const module = { exports: {} };
  const require = createRequire(process.argv[1] ?? process.cwd());
  script.runInThisContext()(require, module, module.exports);
  return module.exports;
}
