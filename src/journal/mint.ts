// Makes records out of events: uuid, time, id and the common properties.

import { v7 } from 'uuid';
import { crypto } from '../builtin';
import type { NewEvent } from '../catalogue/catalogue';
import { VERSION } from '../generated';
import type { EventRecord } from './records';

/** What all records of one moment share. */
export interface Moment {
  readonly atMs: number;
  readonly id: string;
  readonly local: boolean;
  readonly ci: boolean;
  /**
   * When the same events may be made twice (a crash between recording them and forgetting where
   * they came from), an origin gives them the same uuids each time. The salt never leaves, so that
   * nobody can find the origin's parts (process ids, file numbers) by trying.
   */
  readonly origin?: {
    readonly identity: string;
    readonly salt: string;
    /** How many events of this origin came before these. */
    readonly first?: number;
  };
}

/** A UUIDv7; random, or made of an origin. */
function uuidOf(atMs: number, origin: Moment['origin'], index: number): string {
  const msecs = Math.max(0, Math.floor(atMs));
  if (origin === undefined) return v7({ msecs });
  const { identity, salt, first = 0 } = origin;
  const random = crypto()
    .createHmac('sha256', salt)
    .update(`${identity} ${first + index}`)
    .digest();
  return v7({ msecs, random, seq: random.readUInt32BE(16) >>> 1 });
}

/** The records of `events`, ready for the journal. */
export function mint(events: readonly NewEvent[], moment: Moment): EventRecord[] {
  return events.map(({ event, properties }, index) => ({
    ...(moment.local && { local: true as const }),
    uuid: uuidOf(moment.atMs, moment.origin, index),
    event,
    timestamp: new Date(moment.atMs).toISOString(),
    distinct_id: moment.id,
    properties: { ...properties, shim_version: VERSION, ci: moment.ci },
  }));
}
