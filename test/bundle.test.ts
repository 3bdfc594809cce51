// The file that projects run can be read: nothing in it is minified, hidden in texts, or compiled elsewhere.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { BUNDLE, ROOT } from './support/run';

const text = readFileSync(BUNDLE, 'utf8');
const lines = text.split('\n');

describe('bin/onramp-analytics', () => {
  it('names the source file of each of its parts', () => {
    const files = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' });
    const sources = files.filter((path) => path.endsWith('.ts')).map((path) => `// src/${path}`);
    expect(sources.length).toBeGreaterThan(80);
    // A file that has nothing but types leaves nothing behind.
    const isOnlyTypes = (source: string) => {
      const code = readFileSync(join(ROOT, source.slice(3)), 'utf8');
      return !/^(export )?(async )?(const|let|function|class|default|\{)/m.test(
        code.replace(/^export default/gm, 'export const'),
      );
    };
    const missing = sources.filter((source) => !lines.includes(source) && !isOnlyTypes(source));
    expect(missing).toEqual([]);
  });

  it('keeps the comments of the sources', () => {
    for (const path of ['delivery/deliver.ts', 'journal/journal.ts', 'catalogue/validate.ts']) {
      const [first] = readFileSync(join(ROOT, 'src', path), 'utf8').split('\n');
      expect(lines).toContain(first);
    }
  });

  it('has no long lines but the texts that `init` writes and the page of the report', () => {
    const long = lines.filter((line) => line.length > 2_000);
    const isData = (line: string) =>
      /^(const PACKED = |\s+"(README\.md|analytics\.mk|track|GNUmakefile)": )/.test(line);
    expect(long.filter((line) => !isData(line)).map((line) => line.slice(0, 80))).toEqual([]);
  });

  it('makes no code out of texts, and reads none from elsewhere', () => {
    // Up to the first of our files stands what other packages bring. A file without any is all ours.
    const ours = text.slice(Math.max(0, text.indexOf('// src/')));
    for (const word of ['new Function(', 'runInThisContext', 'cachedData', 'vm.Script']) {
      expect(ours.includes(word), word).toBe(false);
    }
  });
});
