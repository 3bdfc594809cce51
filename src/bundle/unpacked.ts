// The part of the bundle that is kept as a compressed text: the commands that are run now and then.

import { Script } from 'node:vm';
import { zlib } from '../builtin';

/** Compiles what is brotli in base64. */
export function unpack(packed: string): Script {
  const source = zlib().brotliDecompressSync(Buffer.from(packed, 'base64')).toString('utf8');
  return new Script(source, { filename: 'onramp-analytics-seldom.js' });
}
