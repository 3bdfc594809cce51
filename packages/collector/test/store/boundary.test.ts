// Nobody outside the store's folder sees an engine: no SQL, no connection, no transaction.

import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { expect, it } from 'vitest';

const SRC = resolve(import.meta.dirname, '../../src');
const ENGINES = /^store\/(?!sqlite\/)\w+\//;

const files = readdirSync(SRC, { recursive: true })
  .map(String)
  .filter((name) => name.endsWith('.ts'));

/** What a file imports, as paths from `src/`; packages are left out. */
function importsOf(name: string): string[] {
  const text = readFileSync(join(SRC, name), 'utf8');
  return [...text.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)].map(([, path]) =>
    relative(SRC, resolve(SRC, dirname(name), path!)),
  );
}

it('only store/open.ts imports an engine', () => {
  const outside = files.filter((name) => !/^store\/(sqlite\/|open\.ts)/.test(name));
  const reaching = outside.flatMap((name) =>
    importsOf(name)
      .filter((path) => path.startsWith('store/sqlite/') || ENGINES.test(path))
      .map((path) => `${name} imports ${path}`),
  );
  expect(reaching).toEqual([]);
});

it('libsql is imported in the engine alone', () => {
  const importing = files.filter((name) =>
    /from 'libsql'/.test(readFileSync(join(SRC, name), 'utf8')),
  );
  expect(importing.every((name) => name.startsWith('store/sqlite/'))).toBe(true);
  expect(importing).not.toEqual([]);
});

it('the engine knows nothing of dialects, gates, servers and pages', () => {
  const inside = files.filter((name) => name.startsWith('store/'));
  const beyond = inside.flatMap((name) =>
    importsOf(name).filter(
      (path) => !/^(store\/|event\.ts|distinct-id\.ts|limits\.ts|\.\.\/\.\.\/schema\/)/.test(path),
    ),
  );
  expect(beyond).toEqual([]);
});
