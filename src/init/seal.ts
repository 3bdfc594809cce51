// The seal: a last line in each file that init writes, from which it knows the file again.
//
// It holds the hash of the rest. A file with a right seal is as init wrote it, so it may be renewed or
// removed; one with a wrong seal was changed by somebody since; one without is not ours at all.

import { createHash } from 'node:crypto';

const SEAL = /^(?:#|\/\/|<!--) sealed by onramp-analytics init: ([0-9a-f]{64})(?: -->)?$/m;

/** Git may have checked a file out with other line endings: that is no change. */
const plainEndings = (text: string) => text.replaceAll('\r\n', '\n');

const digest = (text: string) => createHash('sha256').update(text).digest('hex');

/** The text without a seal. */
export function unsealed(text: string): string {
  return text.replace(new RegExp(`${SEAL.source}\n`, 'm'), '');
}

/** The text with a seal, as a comment of the language that the file's path or first line tells. */
export function sealed(path: string, text: string): string {
  const plain = unsealed(text);
  const seal = `sealed by onramp-analytics init: ${digest(plain)}`;
  if (path.endsWith('.md')) return `${plain}<!-- ${seal} -->\n`;
  return `${plain}${plain.startsWith('#!/usr/bin/env node') ? '//' : '#'} ${seal}\n`;
}

/** `whole`: as init wrote it · `broken`: changed since · `none`: not ours. */
export function sealOf(text: string): 'whole' | 'broken' | 'none' {
  const plain = plainEndings(text);
  const seal = SEAL.exec(plain)?.[1];
  if (seal === undefined) return 'none';
  return seal === digest(unsealed(plain)) ? 'whole' : 'broken';
}
