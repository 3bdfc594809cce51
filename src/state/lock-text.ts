// The text of onramp.lock: of its lines, three are ours; all others are somebody else's, and stay.
//
// A line is ours when it begins with one of our keys and `=`, as sh and make read it: make/analytics.mk
// reads the same. The text has a letter for each byte (latin1): what others write in another encoding stays
// as it is. Nothing here takes longer than the text is long, whatever stands in it: no regular expression
// looks at a line.

/** The keys of onramp.lock that are the shim's. */
export const KEYS = {
  enabled: 'ANALYTICS_ENABLED',
  id: 'ANALYTICS_ID',
  notice: 'ANALYTICS_NOTICE_SHOWN',
} as const;

const OURS = Object.values(KEYS);

/** A line that is meant for us and cannot be read the same way by all. Its number counts from 1. */
export class LockSyntaxError extends Error {
  override readonly name = 'LockSyntaxError';

  constructor(
    readonly line: number,
    problem: string,
  ) {
    super(problem);
  }
}

/** A byte order mark, as bytes. */
const MARK = '\u00EF\u00BB\u00BF';

/** White space inside of a line, as make has it. */
const isBlank = (letter: string | undefined) =>
  letter !== undefined && ' \t\v\f\r'.includes(letter);

/** Where the blanks at the end of a text begin. */
function trimmedEnd(text: string): number {
  let end = text.length;
  while (isBlank(text[end - 1])) end -= 1;
  return end;
}

/** Where the blanks at the beginning of a text, from `at` on, end. */
function trimmedStart(text: string, at = 0): number {
  let start = at;
  while (isBlank(text[start])) start += 1;
  return start;
}

/** A line, in the parts that a change has to keep apart. */
interface Line {
  /** A byte order mark, on the first line only. */
  readonly mark: string;
  readonly body: string;
  readonly ending: string;
}

/** Splits a text into lines that, put together, give it back. */
function linesOf(text: string): Line[] {
  const lines: Line[] = [];
  for (let from = 0; from < text.length; ) {
    const newline = text.indexOf('\n', from);
    const behind = newline < 0 ? text.length : newline + 1;
    const isCrlf = newline > from && text[newline - 1] === '\r';
    const end = newline < 0 ? behind : newline - (isCrlf ? 1 : 0);
    const mark = from === 0 && text.startsWith(MARK) ? MARK : '';
    lines.push({
      mark,
      body: text.slice(from + mark.length, end),
      ending: text.slice(end, behind),
    });
    from = behind;
  }
  return lines;
}

/** Which of our keys a line sets, if it does. */
const keyOf = (body: string) =>
  OURS.find((key) => body.startsWith(key) && body[key.length] === '=');

/** The value of a line that is ours, and the comment behind it with the blanks before that. */
function partsOf(body: string): { value: string; comment: string } {
  const text = body.slice(body.indexOf('=') + 1);
  let hash = text.indexOf('#');
  while (hash >= 0 && !isBlank(text[hash - 1])) hash = text.indexOf('#', hash + 1);
  const end = trimmedEnd(hash < 0 ? text : text.slice(0, hash));
  return { value: unquote(text.slice(0, end)), comment: text.slice(end) };
}

function unquote(value: string): string {
  const quote = value[0];
  const isQuoted = value.length >= 2 && (quote === '"' || quote === "'") && value.endsWith(quote);
  return isQuoted ? value.slice(1, -1) : value;
}

/**
 * What keeps a line from being read, if it means one of our keys: `export KEY=…`, `KEY = …`. Somebody may
 * have meant off: for make, too, analytics is off then.
 */
function problemOf(body: string): string | undefined {
  if (body.includes('\0')) return 'has a NUL byte';
  let at = trimmedStart(body);
  const exported = body.startsWith('export', at) && isBlank(body[at + 'export'.length]);
  if (exported) at = trimmedStart(body, at + 'export'.length);
  const key = OURS.find((each) => body.startsWith(each, at));
  if (!key) return undefined;
  const behindKey = at + key.length;
  const equals = trimmedStart(body, behindKey);
  if (body[equals] !== '=') return undefined;
  if (exported) return `has \`export\` before ${key}`;
  if (equals > behindKey) return `has a blank between ${key} and =`;
  return at > 0 ? `has a blank before ${key}` : undefined;
}

/**
 * Reads our keys. The last of equal keys wins, as for sh and make.
 * @throws LockSyntaxError at the first line that is meant for us and not understood.
 */
export function parseLock(text: string): Map<string, string> {
  const pairs = new Map<string, string>();
  for (const [index, { body }] of linesOf(text).entries()) {
    const problem = problemOf(body);
    if (problem) throw new LockSyntaxError(index + 1, problem);
    const key = keyOf(body);
    if (key) pairs.set(key, partsOf(body).value);
  }
  return pairs;
}

/** The number of the line that counts for a key: the last one that sets it; 0 when there is none. */
export function lineOfKey(text: string, key: string): number {
  return linesOf(text).findLastIndex(({ body }) => keyOf(body) === key) + 1;
}

/** The ending of most lines. */
function usualEnding(lines: readonly Line[]): string {
  const crlf = lines.filter(({ ending }) => ending === '\r\n').length;
  const lf = lines.filter(({ ending }) => ending === '\n').length;
  return crlf > lf ? '\r\n' : '\n';
}

/**
 * The text with `changes` applied: a value is replaced where its key stands (the last one, which is
 * the one that counts), a new key is appended. Everything else stays, byte for byte.
 * @throws LockSyntaxError when the text cannot be parsed, so that nothing is overwritten blindly.
 */
export function changeLock(text: string, changes: Readonly<Record<string, string>>): string {
  parseLock(text);
  const lines = linesOf(text);
  const usual = usualEnding(lines);
  for (const [key, value] of Object.entries(changes)) {
    const at = lines.findLastIndex(({ body }) => keyOf(body) === key);
    const line = lines[at];
    if (line) {
      lines[at] = { ...line, body: `${key}=${value}${partsOf(line.body).comment}` };
      continue;
    }
    const last = lines.at(-1);
    if (last?.ending === '') lines[lines.length - 1] = { ...last, ending: usual };
    lines.push({ mark: '', body: `${key}=${value}`, ending: usual });
  }
  return lines.map(({ mark, body, ending }) => mark + body + ending).join('');
}
