// The text of onramp.lock: whatever else is in the file survives every change, byte for byte.

import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { changeLock, LockSyntaxError, parseLock } from '../src/state/lock-text';

/** A byte order mark: the text has a letter for each byte. */
const MARK = '\u00EF\u00BB\u00BF';

const OURS = ['ANALYTICS_ENABLED', 'ANALYTICS_ID', 'ANALYTICS_NOTICE_SHOWN'];

// Text without line ends; other controls, emoji and lone quotes are welcome.
const inLine = fc.string({ unit: 'grapheme' }).map((text) => text.replace(/[\r\n\0]/g, ''));
const otherKey = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_.-]{0,20}$/);
const plainValue = fc.stringMatching(/^[A-Za-z0-9._:/-]{0,20}$/);
const comment = inLine.map((text) => `#${text}`);
const blank = fc.stringMatching(/^[ \t]{0,4}$/);
/** What other tools may write: with spaces, exported, prose. */
const foreign = fc
  .tuple(fc.constantFrom('', 'export ', '  '), otherKey, fc.constantFrom('=', ' = ', ': '), inLine)
  .map((parts) => parts.join(''));
const ours = fc
  .tuple(fc.constantFrom(...OURS), fc.oneof(plainValue, fc.constant('"quoted"')))
  .map(([key, value]) => `${key}=${value}`);
const line = fc.oneof(comment, blank, foreign, inLine, ours);
const ending = fc.constantFrom('\n', '\r\n');

/** A whole file: any mixture of lines and endings, with or without a last one, perhaps a mark. */
const file = fc
  .record({
    lines: fc.array(fc.tuple(line, ending), { maxLength: 12 }),
    last: fc.option(line, { nil: '' }),
    mark: fc.boolean(),
  })
  .map(({ lines, last, mark }) => {
    const text = lines.map(([body, end]) => body + end).join('') + last;
    return mark ? `${MARK}${text}` : text;
  });
const changes = fc.dictionary(fc.constantFrom(...OURS), plainValue, { noNullPrototype: true });

const linesOf = (text: string) => text.split('\n');
const ourLine = (text: string, key: string) =>
  linesOf(text).findLastIndex((each) => each.replace(MARK, '').startsWith(`${key}=`));

fc.configureGlobal({ numRuns: 1000 });

describe('any file of comments, blank lines, pairs and prose', () => {
  it('comes back byte for byte when nothing is changed', () => {
    fc.assert(
      fc.property(file, (text) => {
        expect(changeLock(text, {})).toBe(text);
      }),
    );
  });

  it('reads back every changed key, and every other key as it was', () => {
    fc.assert(
      fc.property(file, changes, (text, change) => {
        const expected = new Map([...parseLock(text), ...Object.entries(change)]);
        expect(new Map([...parseLock(changeLock(text, change))].sort())).toEqual(
          new Map([...expected].sort()),
        );
      }),
    );
  });

  it('keeps every line but those of the changed keys, in order, with their endings', () => {
    fc.assert(
      fc.property(file, changes, (text, change) => {
        const before = linesOf(text);
        const after = linesOf(changeLock(text, change));
        const touched = new Set(Object.keys(change).map((key) => ourLine(text, key)));
        for (const [index, each] of before.entries()) {
          if (touched.has(index)) continue;
          const isLast = index === before.length - 1;
          // The last line gets an ending when a key is appended behind it.
          if (isLast && each !== '')
            expect(after[index]!.replace(/\r$/, '')).toBe(each.replace(/\r$/, ''));
          else if (!isLast) expect(after[index]).toBe(each);
        }
      }),
    );
  });

  it('is the same after a second, equal change', () => {
    fc.assert(
      fc.property(file, changes, (text, change) => {
        const once = changeLock(text, change);
        expect(changeLock(once, change)).toBe(once);
      }),
    );
  });

  it('appends in the line endings that most lines have', () => {
    const change = { ANALYTICS_ENABLED: '1' };
    expect(changeLock('A=1\r\nB=2', change)).toBe('A=1\r\nB=2\r\nANALYTICS_ENABLED=1\r\n');
    expect(changeLock('A=1', change)).toBe('A=1\nANALYTICS_ENABLED=1\n');
    // One stray line must not put a carriage return behind an id that sh reads.
    expect(changeLock('A=1\nB=2\r\nC=3\n', change)).toBe('A=1\nB=2\r\nC=3\nANALYTICS_ENABLED=1\n');
    expect(changeLock('A=1\r\nB=2\r\nC=3\n', change)).toMatch(/C=3\nANALYTICS_ENABLED=1\r\n$/);
  });

  it('keeps a comment behind a changed value, and changes the last of equal keys', () => {
    expect(
      changeLock('ANALYTICS_ENABLED=0\nANALYTICS_ENABLED=0 # mine\n', { ANALYTICS_ENABLED: '1' }),
    ).toBe('ANALYTICS_ENABLED=0\nANALYTICS_ENABLED=1 # mine\n');
  });

  it('is read in linear time, whatever stands in a line', () => {
    const spaces = ' '.repeat(300_000);
    for (const text of [
      `ANALYTICS_ENABLED=1${spaces}x\n`,
      `ANALYTICS_ENABLED=1${' #'.repeat(150_000)}\n`,
      `${spaces}ANALYTICS_ENABLED\n`,
      `export${spaces}X\n`,
      `ANALYTICS_ENABLED=${'"'.repeat(300_000)}\n`,
      '\r'.repeat(300_000),
    ]) {
      const startMs = performance.now();
      changeLock(text, { ANALYTICS_ENABLED: '0' });
      expect(performance.now() - startMs).toBeLessThan(200);
    }
  });
});

describe('a line of somebody else', () => {
  it.each([
    'KEY = value',
    'export OTHER=1',
    'rm -rf /',
    '=value',
    '1A=b',
    ' A=b',
    'ANALYTICS_OTHER = 1',
    '# ANALYTICS_ENABLED = 0',
    'see ANALYTICS_ENABLED = 1',
  ])('(%s) is kept, and means nothing', (foreignLine) => {
    const text = `${foreignLine}\nANALYTICS_ENABLED=1\n`;
    expect([...parseLock(text)]).toEqual([['ANALYTICS_ENABLED', '1']]);
    expect(changeLock(text, { ANALYTICS_ENABLED: '0' })).toBe(
      `${foreignLine}\nANALYTICS_ENABLED=0\n`,
    );
  });
});

describe('what sh reads', () => {
  it('is what the shim reads, for values that need no quotes', () => {
    const key = fc.constantFrom('ANALYTICS_ENABLED', 'ANALYTICS_ID');
    fc.assert(
      fc.property(fc.array(fc.tuple(key, plainValue)), (pairs) => {
        const text = pairs.map(([name, value]) => `${name}=${value}\n`).join('');
        const script = `unset ANALYTICS_ENABLED ANALYTICS_ID\n${text}printf '%s|%s' "\${ANALYTICS_ENABLED-none}" "\${ANALYTICS_ID-none}"`;
        const said = execFileSync('sh', ['-c', script], { encoding: 'utf8' });
        const read = parseLock(text);
        expect(said).toBe(
          `${read.get('ANALYTICS_ENABLED') ?? 'none'}|${read.get('ANALYTICS_ID') ?? 'none'}`,
        );
      }),
      { numRuns: 30 }, // Each run is a process.
    );
  });
});

describe('a line that is meant for the shim and not understood', () => {
  const badLine = fc.constantFrom(
    'ANALYTICS_ENABLED = 0',
    'ANALYTICS_ID =x',
    '  ANALYTICS_ENABLED=0',
    'export ANALYTICS_ENABLED=0',
    '\texport  ANALYTICS_ENABLED=0',
    'A=b\0c',
  );

  it('is named by its number, whatever stands around it, and nothing is changed', () => {
    fc.assert(
      fc.property(fc.array(line), badLine, fc.array(line), ending, (above, bad, below, end) => {
        const text = [...above, bad, ...below].join(end);
        for (const attempt of [() => parseLock(text), () => changeLock(text, {})]) {
          let thrown: unknown;
          try {
            attempt();
          } catch (error) {
            thrown = error;
          }
          expect(thrown).toBeInstanceOf(LockSyntaxError);
          expect((thrown as LockSyntaxError).line).toBe(above.length + 1);
        }
      }),
    );
  });
});
