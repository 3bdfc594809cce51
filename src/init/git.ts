// Asks git about a project, and takes no answer for an answer: git need not be there.

import { spawnSync } from 'node:child_process';
import { UserError } from '../errors';

/** git answers in a moment; on a pipe in the place of one of its files it waits for ever. */
const LIMIT_MS = 10_000;

/** Variables that would make git talk about another repository. */
const ELSEWHERE = ['GIT_DIR', 'GIT_WORK_TREE', 'GIT_INDEX_FILE', 'GIT_PREFIX'];

/** What git prints, split at zero bytes; undefined when it cannot say. @throws UserError when it hangs */
function ask(
  root: string,
  words: readonly string[],
  { fine = [0], paths }: { fine?: readonly number[]; paths?: readonly string[] } = {},
): string[] | undefined {
  const env = { ...process.env };
  for (const name of ELSEWHERE) delete env[name];
  // A project's own configuration is not to start programs here.
  const result = spawnSync('git', ['-c', 'core.fsmonitor=false', ...words], {
    cwd: root,
    env,
    encoding: 'utf8',
    input: (paths ?? []).map((path) => `${path}\0`).join(''),
    stdio: ['pipe', 'pipe', 'ignore'],
    maxBuffer: 64 * 1024 * 1024,
    timeout: LIMIT_MS,
    killSignal: 'SIGKILL',
  });
  if ((result.error as NodeJS.ErrnoException | undefined)?.code === 'ETIMEDOUT') {
    throw new UserError(
      `git ${words[0]} did not answer within ${LIMIT_MS / 1000} s in ${root}: is something that is no file in the ` +
        'place of .gitignore, .gitattributes or .git/index? Nothing was changed.',
    );
  }
  if (result.error || !fine.includes(result.status ?? -1)) return undefined;
  return result.stdout.split('\0').slice(0, -1);
}

/** A rule that makes git leave paths out, and where it stands. */
export interface Ignored {
  readonly source: string;
  readonly pattern: string;
  readonly paths: readonly string[];
}

/** The rules that ignore some of `paths`; paths that are in git already are not ignored. */
export function ignored(root: string, paths: readonly string[]): Ignored[] {
  const words = ask(root, ['check-ignore', '-v', '-z', '--stdin'], { fine: [0, 1], paths }) ?? [];
  const rules = new Map<string, { source: string; pattern: string; paths: string[] }>();
  for (let at = 0; at + 3 < words.length; at += 4) {
    const [file, line, pattern, path] = words.slice(at, at + 4) as [string, string, string, string];
    if (pattern.startsWith('!')) continue;
    const source = `${file}:${line}`;
    const rule = rules.get(source) ?? { source, pattern, paths: [] };
    rule.paths.push(path);
    rules.set(source, rule);
  }
  return [...rules.values()];
}

/** Every file of the project that git knows or would add; undefined without git. */
export function files(root: string): string[] | undefined {
  return ask(root, ['ls-files', '-z', '-co', '--exclude-standard']);
}

/** Whether git has this very path. */
export function isTracked(root: string, path: string): boolean {
  return (ask(root, ['ls-files', '-z', '--', path]) ?? []).length > 0;
}

/** The paths that git would check out with CRLF. */
export function withCrlf(root: string, paths: readonly string[]): string[] {
  const words = ask(root, ['check-attr', '-z', '--stdin', 'eol'], { paths }) ?? [];
  return words.filter((_word, at) => at % 3 === 0 && words[at + 2] === 'crlf');
}
