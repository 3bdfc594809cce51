// The lines that init adds to .gitignore and .dockerignore. Texts in, texts out, with a letter for each byte
// (latin1): an ignored name may be in any encoding, and one that came back changed would be ignored no more.

/** Keeps the anonymous id out of git. */
export const LOCK_LINE = 'onramp.lock';
/** Keep the anonymous id and the record out of images. */
const DOCKER_LINES = ['onramp.lock', '.git/onramp-analytics'] as const;
/** Says whose the lines after it are, so that they can be taken out again. */
const MARK = '# onramp-analytics: what belongs to a user stays out of images';

/** The mark that some editors begin UTF-8 with, as bytes: git and docker skip it. */
const BOM = /^\xef\xbb\xbf/;
/** The lines, without the spaces around them; `trim` would take a byte of a name (\xa0) for a space. */
const linesOf = (text: string) =>
  text
    .replace(BOM, '')
    .split('\n')
    .map((line) => line.replace(/^[ \t]+|[ \t\r]+$/g, ''));

/** The ending that most of the lines have. */
function endingOf(text: string): '\r\n' | '\n' {
  const all = text.split('\n').length - 1;
  return text.split('\r\n').length - 1 > all / 2 ? '\r\n' : '\n';
}

function append(text: string, lines: readonly string[]): string {
  const ending = endingOf(text);
  const gap = text === '' || text.endsWith('\n') ? '' : ending;
  return `${text}${gap}${lines.map((line) => `${line}${ending}`).join('')}`;
}

/** Whether a line is there, and no later `!` line can take it back. */
function holds(text: string, wanted: string): boolean {
  const lines = linesOf(text);
  const at = Math.max(lines.lastIndexOf(wanted), lines.lastIndexOf(`/${wanted}`));
  return at >= 0 && !lines.slice(at).some((line) => line.startsWith('!'));
}

/** .gitignore with the line for onramp.lock; the same text when it has one. */
export function withLock(gitignore: string): string {
  return holds(gitignore, LOCK_LINE) ? gitignore : append(gitignore, [LOCK_LINE]);
}

/** .dockerignore with the lines that are missing, after a comment that says whose they are. */
export function withState(dockerignore: string): string {
  const missing = DOCKER_LINES.filter((line) => !holds(dockerignore, line));
  return missing.length === 0 ? dockerignore : append(dockerignore, [MARK, ...missing]);
}

/** .dockerignore without what `withState` added: each mark, and our lines that follow it. */
export function withoutState(dockerignore: string): string {
  let isOurs = false;
  return dockerignore
    .split(/(?<=\n)/)
    .filter((line) => {
      const word = line.trim();
      isOurs = word === MARK || (isOurs && (DOCKER_LINES as readonly string[]).includes(word));
      return !isOurs;
    })
    .join('');
}
