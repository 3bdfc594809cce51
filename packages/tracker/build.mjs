// Builds dist/tracker.js, the file that sites include, and its compressed forms. Its bytes are the same on
// every machine: the snippet carries their hash.

import { createHash } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { rolldown } from 'rolldown';

const at = (...parts) => join(import.meta.dirname, ...parts);

/** The script of a source file, as a browser takes it. */
async function script(entry) {
  const bundle = await rolldown({ input: at('src', entry), platform: 'browser' });
  const { output } = await bundle.generate({ format: 'iife', minify: true, comments: false });
  return output[0].code.trim();
}

/** Writes dist/. Gives the size of the tracker, in bytes after gzip, and its integrity for a snippet. */
export async function build() {
  rmSync(at('dist'), { recursive: true, force: true });
  mkdirSync(at('dist'));
  const code = await script('main.ts');
  const gzip = gzipSync(code, { level: 9 });
  writeFileSync(at('dist/tracker.js'), code);
  writeFileSync(at('dist/tracker.js.gz'), gzip);
  writeFileSync(at('dist/tracker.js.br'), brotliCompressSync(code));
  const integrity = `sha384-${createHash('sha384').update(code).digest('base64')}`;
  return { gzipBytes: gzip.length, integrity };
}

if (process.argv[1] === import.meta.filename) console.log(await build());
