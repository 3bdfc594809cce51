// The text of onramp.lock: key=value lines that sh and make read the same way.
//
// Keys of other tools, comments, order and line endings survive every change made here.

/** A line that is none of: empty, a comment, key=value. Carries its number, counted from 1. */
export class LockSyntaxError extends Error {
  override readonly name = 'LockSyntaxError';

  constructor(
    readonly line: number,
    problem: string,
  ) {
    super(problem);
  }
}

// A value ends at white space followed by `#`, as it does for sh. `s`: only a newline ends a line; a
// lone carriage return or U+2028 is a character like any other.
const PAIR = /^([A-Za-z_][A-Za-z0-9_.-]*)=(.*?)((?:[ \t]+#.*)?[ \t]*)$/s;
const IGNORED = /^[ \t]*(#.*)?$/s;

/** Splits text into lines that keep their own endings, so that joining them gives the text back. */
function linesOf(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

function split(line: string): { body: string; ending: string } {
  const ending = /\r?\n$/.exec(line)?.[0] ?? '';
  return { body: line.slice(0, line.length - ending.length), ending };
}

function unquote(value: string): string {
  const quoted = /^(["'])(.*)\1$/s.exec(value);
  return quoted ? quoted[2]! : value;
}

/**
 * Reads the pairs of a state file. The last of equal keys wins, as for sh and make.
 * @throws LockSyntaxError at the first line that is not understood.
 */
export function parseLock(text: string): Map<string, string> {
  const pairs = new Map<string, string>();
  for (const [index, line] of linesOf(text.replace(/^\uFEFF/, '')).entries()) {
    const { body } = split(line);
    if (IGNORED.test(body)) continue;
    const pair = PAIR.exec(body);
    if (!pair || body.includes('\0')) {
      throw new LockSyntaxError(index + 1, 'is neither key=value, nor a comment, nor empty');
    }
    pairs.set(pair[1]!, unquote(pair[2]!));
  }
  return pairs;
}

/**
 * The text with `changes` applied: a value is replaced where its key stands (the last one, which is
 * the one that counts), a new key is appended. Everything else stays, byte for byte.
 * @throws LockSyntaxError when the text cannot be parsed, so that nothing is overwritten blindly.
 */
export function changeLock(text: string, changes: Readonly<Record<string, string>>): string {
  parseLock(text);
  const lines = linesOf(text);
  const ending = lines.some((line) => line.endsWith('\r\n')) ? '\r\n' : '\n';
  for (const [key, value] of Object.entries(changes)) {
    let at = -1;
    for (const [index, line] of lines.entries()) {
      if (
        split(line)
          .body.replace(/^\uFEFF/, '')
          .startsWith(`${key}=`)
      )
        at = index;
    }
    if (at >= 0) {
      const { body, ending: own } = split(lines[at]!);
      const mark = body.startsWith('\uFEFF') ? '\uFEFF' : '';
      const comment = PAIR.exec(body.slice(mark.length))?.[3] ?? '';
      lines[at] = `${mark}${key}=${value}${comment}${own}`;
    } else {
      const last = lines.at(-1);
      if (last !== undefined && !last.endsWith('\n')) lines[lines.length - 1] = last + ending;
      lines.push(`${key}=${value}${ending}`);
    }
  }
  return lines.join('');
}
