// A journal of any size, as months of use would leave it: made without chance, so that a test knows
// what is in it.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** How many of the events have which fate; the order in the journal is this one. */
export interface Shape {
  readonly delivered?: number;
  readonly dropped?: number;
  readonly local?: number;
  readonly waiting?: number;
}

export const ID = '550e8400-e29b-41d4-a716-446655440000';
export const WHY = 'the server rejected it (HTTP 400)';

const SERVICES = ['plex', 'adguard', 'sonarr', 'jellyfin', 'whoami'];
const COMMANDS = ['enable-service', 'start-service', 'stop-service', 'build', 'update', 'unknown'];
const OVERRIDES = ['plex-nfs', 'jellyfin-nfs'];
const ERRORS = ['exit_1', 'exit_2', 'exit_other', 'signal'];
const BATCH = 100;
const STEP_MS = 97_000;

export const uuidOf = (index: number): string =>
  `0190b000-${String(Math.floor(index / 1e4)).padStart(4, '0')}-7000-8000-${String(index % 1e4).padStart(12, '0')}`;

/** A number from 0 to 1 that looks like chance, the same each time. */
function random(index: number, salt: number): number {
  const x = Math.imul(index + 1, 0x9e3779b1) ^ Math.imul(salt + 1, 0x85ebca6b);
  const y = Math.imul(x ^ (x >>> 15), 0x2c1b3c6d);
  return ((y ^ (y >>> 13)) >>> 0) / 2 ** 32;
}

/** One of a list; the first ones are far more frequent. */
const pick = <T>(list: readonly T[], index: number, salt: number): T =>
  list[Math.floor(list.length * random(index, salt) ** 2)]!;

/** The event at a place: mostly commands, some services, a few overrides and errors. */
function eventOf(index: number): { event: string; properties: Record<string, unknown> } {
  const kind = index % 10;
  const command = pick(COMMANDS, index, 1);
  const service_name = pick(SERVICES, index, 2);
  if (kind < 6) {
    const success = random(index, 3) > 0.03 * (1 + COMMANDS.indexOf(command));
    const base = 300 * 3 ** COMMANDS.indexOf(command);
    const duration_ms = Math.round(base * (0.5 + random(index, 4) ** 3 * 4));
    return { event: 'command_executed', properties: { command, success, duration_ms } };
  }
  if (kind === 6) {
    const has_scaffold = random(index, 5) > 0.6;
    return { event: 'service_enabled', properties: { service_name, has_scaffold } };
  }
  if (kind === 7) return { event: 'service_started', properties: { service_name } };
  if (kind === 8) {
    return {
      event: 'override_enabled',
      properties: { override_name: pick(OVERRIDES, index, 6) },
    };
  }
  return {
    event: 'error_occurred',
    properties: { command, error_type: pick(ERRORS, index, 7) },
  };
}

/** When the event at a place happened: in an order, but more on some days than on others. */
export function timeOf(index: number, beginMs: number): number {
  const week = Math.sin(index / 993) - 1;
  const whim = Math.sin(index / 367) - 1;
  return beginMs + STEP_MS * (index + 650 * week + 110 * whim);
}

/** The record at a place, as it stands in the journal. */
export function recordOf(index: number, beginMs: number, isLocal = false): Record<string, unknown> {
  const { event, properties } = eventOf(index);
  return {
    ...(isLocal && { local: true }),
    uuid: uuidOf(index),
    event,
    timestamp: new Date(timeOf(index, beginMs)).toISOString(),
    distinct_id: ID,
    properties: { ...properties, shim_version: '1.0.0', ci: false },
  };
}

/** Writes a journal, with where delivery stands, into a project. @returns how many bytes it has. */
export function writeJournal(root: string, shape: Shape, beginMs?: number): number {
  const { delivered = 0, dropped = 0, local = 0, waiting = 0 } = shape;
  const total = delivered + dropped + local + waiting;
  const begin = beginMs ?? Date.now() - total * STEP_MS;
  const at = (index: number) => new Date(timeOf(index, begin) + 5_000).toISOString();
  const lines: string[] = [];
  let bytes = 0;
  let cursor = 0;
  const push = (value: unknown) => {
    const line = `${JSON.stringify(value)}\n`;
    lines.push(line);
    bytes += Buffer.byteLength(line);
  };
  let open: string[] = [];
  const settle = (outcome: object, index: number) => {
    if (open.length > 0) push({ ...outcome, at: at(index), uuids: open });
    open = [];
  };
  for (let index = 0; index < total; index += 1) {
    const isLocal = index >= delivered + dropped && index < delivered + dropped + local;
    push(recordOf(index, begin, isLocal));
    if (index < delivered + dropped) open.push(uuidOf(index));
    const isDelivered = index < delivered;
    const isLast = index === delivered - 1 || index === delivered + dropped - 1;
    if (open.length === BATCH || isLast) {
      settle(isDelivered ? { outcome: 'delivered' } : { outcome: 'dropped', why: WHY }, index);
    }
    if (index === total - waiting - 1) cursor = bytes;
  }
  write(root, lines.join(''), cursor);
  return bytes;
}

/** Writes events that were delivered, but for the last tenth of them: those wait. */
export function writeEvents(root: string, events: readonly Record<string, unknown>[]): void {
  const lines: string[] = [];
  const sent = events.length - Math.floor(events.length / 10);
  let cursor = 0;
  for (let at = 0; at < events.length; at += BATCH) {
    const batch = events.slice(at, at + BATCH);
    for (const { uuid, event, timestamp, properties } of batch) {
      const line = { uuid, event, timestamp, distinct_id: ID, properties };
      lines.push(`${JSON.stringify(line)}\n`);
    }
    if (at + BATCH > sent) continue;
    const outcome = { outcome: 'delivered', at: batch.at(-1)?.timestamp };
    lines.push(`${JSON.stringify({ ...outcome, uuids: batch.map(({ uuid }) => uuid) })}\n`);
    cursor = lines.reduce((sum, line) => sum + Buffer.byteLength(line), 0);
  }
  write(root, lines.join(''), cursor);
}

function write(root: string, journal: string, cursor: number): void {
  const folder = join(root, '.git/onramp-analytics');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'journal.ndjson'), journal);
  const standing = { cursor, batch: 100, failures: 0, retryAtMs: 0, last: null };
  writeFileSync(join(folder, 'delivery.json'), JSON.stringify(standing));
}
