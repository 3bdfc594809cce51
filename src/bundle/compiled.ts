// Compiles a part of the bundle once for each command, and keeps what V8 made of it in the user's
// cache folder.
//
// Compiling takes a quarter of the time of a `track` (12 of 47 ms). Node's own compile cache (22.8 and later) works
// for files, and the shim is one file; V8's works on every Node. It holds the functions that ran when
// it was made, so each command has its own. The cache is only ever read when it belongs to the user
// who runs this, so that nobody can slip code to root through it.

import {
  closeSync,
  constants,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import { Script } from 'node:vm';

/** A file of the cache that is older is of a bundle that is gone, or is made anew in no time. */
const KEPT_MS = 60 * 24 * 3_600_000;

const geteuid = () => (process.geteuid ? process.geteuid() : undefined);

/** Which Node this is: one version can be built in ways whose compiled code differs. */
function thisNode(): string {
  const stat = statSync(process.execPath, { throwIfNoEntry: false });
  const built = stat ? `${stat.size}-${Math.floor(stat.mtimeMs)}` : 'gone';
  return `${process.version}-${process.arch}-${built}`;
}

/**
 * The file that keeps the compiled code called `name`. Undefined where the user has no home.
 * https://specifications.freedesktop.org/basedir-spec/latest/
 */
function cacheFile(env: NodeJS.ProcessEnv, name: string): string | undefined {
  const file = `${name}-${thisNode()}.v8`;
  const set = env.XDG_CACHE_HOME;
  if (set && isAbsolute(set)) return join(set, 'onramp-analytics', file);
  const home = env.HOME;
  return home && isAbsolute(home) ? join(home, '.cache', 'onramp-analytics', file) : undefined;
}

/**
 * What was kept, if it is whole. V8 believes what it is given, and damaged code ends the process; so
 * a file holds the code twice, and comparing the two is the cheapest check there is.
 */
function readCache(file: string): Buffer | undefined {
  let handle: number;
  try {
    handle = openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch {
    return undefined;
  }
  try {
    const stat = fstatSync(handle);
    if (!stat.isFile() || stat.uid !== geteuid() || stat.mode & 0o022) return undefined;
    const both = readFileSync(handle);
    const first = both.subarray(0, both.length / 2);
    return first.equals(both.subarray(first.length)) ? first : undefined;
  } catch {
    return undefined;
  } finally {
    closeSync(handle);
  }
}

/** Root in somebody else's home must not leave folders there that are root's. */
function isOwnHome(file: string): boolean {
  let at = dirname(file);
  while (!statSync(at, { throwIfNoEntry: false })) at = dirname(at);
  return at !== '/' && statSync(at).uid === geteuid();
}

/** Makes a folder and its parent. Not Node's `recursive`, which never ends in /proc. */
function makeFolder(folder: string): void {
  for (const each of [dirname(folder), folder]) {
    if (!statSync(each, { throwIfNoEntry: false })) mkdirSync(each, { mode: 0o700 });
  }
}

function removeOld(folder: string): void {
  for (const name of readdirSync(folder)) {
    const file = join(folder, name);
    if (Date.now() - statSync(file).mtimeMs > KEPT_MS) unlinkSync(file);
  }
}

function writeCache(file: string, script: Script): void {
  const temporary = `${file}.${process.pid}`;
  try {
    if (!isOwnHome(file)) return;
    makeFolder(dirname(file));
    const code = script.createCachedData();
    writeFileSync(temporary, Buffer.concat([code, code]), { mode: 0o600, flag: 'wx' });
    renameSync(temporary, file);
    removeOld(dirname(file));
  } catch {
    // A home that cannot be written, or a full disk: it is compiled anew each time.
    try {
      unlinkSync(temporary);
    } catch {
      // It was never written.
    }
  }
}

/** A part of the bundle, ready to run. */
export interface Compiled {
  readonly script: Script;
  /** Keeps what V8 has made of it by now, if that is news. Never throws. */
  readonly keep: () => void;
}

/** Compiles `source`, or finds it compiled under `name`, which must say what the source is. */
export function compile(source: string, name: string): Compiled {
  const file = cacheFile(process.env, name);
  const cachedData = file && readCache(file);
  const script = new Script(source, {
    filename: 'onramp-analytics.js',
    ...(cachedData && { cachedData }),
  });
  const isNews = !cachedData || script.cachedDataRejected;
  return {
    script,
    keep: () => {
      if (file && isNews) writeCache(file, script);
    },
  };
}
