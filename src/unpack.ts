// Runs the part of the bundle that is kept as a compressed text.

import { createRequire } from 'node:module';
import { Script } from 'node:vm';
import { brotliDecompressSync } from 'node:zlib';

/** Runs a CommonJS module, brotli in base64, and returns its exports. */
export function unpack(packed: string): Record<string, unknown> {
  const source = brotliDecompressSync(Buffer.from(packed, 'base64')).toString('utf8');
  const script = new Script(`(function (require, module, exports, __dirname) {${source}\n})`, {
    filename: 'onramp-analytics-seldom.js',
  });
  const module = { exports: {} };
  const require = createRequire(process.argv[1] ?? process.cwd());
  script.runInThisContext()(require, module, module.exports, '');
  return module.exports;
}
