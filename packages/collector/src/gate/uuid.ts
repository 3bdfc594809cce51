// The uuid of an event: what makes sending it again harmless.

import { createHash, randomUUID } from 'node:crypto';

const UUID = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i;

/** Reads a uuid into its 16 bytes; undefined when it is none. */
export function parseUuid(text: string): Buffer | undefined {
  const trimmed = text.trim();
  return UUID.test(trimmed) ? Buffer.from(trimmed.replaceAll('-', ''), 'hex') : undefined;
}

/** Writes 16 bytes as a uuid. */
export function formatUuid(bytes: Buffer): string {
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

export const randomUuid = (): Buffer => Buffer.from(randomUUID().replaceAll('-', ''), 'hex');

/**
 * A uuid (version 8) made from what an event is. A client that gives its events a time but no
 * uuid gets the same one when it sends the same event again.
 */
export function derivedUuid(parts: readonly string[]): Buffer {
  const bytes = createHash('sha256').update(JSON.stringify(parts)).digest().subarray(0, 16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x80;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  return Buffer.from(bytes);
}
