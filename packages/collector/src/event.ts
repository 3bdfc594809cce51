// The words that all rooms share: what a dialect hands over, and what the store takes.

import type { ColumnValues, Kind } from '../../schema/src/columns.ts';

/** An event as a dialect found it: nothing is checked but the time, which is corrected. */
export interface Candidate {
  readonly event: unknown;
  readonly distinctId: unknown;
  readonly uuid: unknown;
  readonly properties: unknown;
  /** When it happened, in milliseconds, after correction of the client's clock. */
  readonly timeMs: number;
  /** The timestamp as it was sent: part of a derived uuid, because it is stable over retries. */
  readonly sentTimestamp: unknown;
}

/** An event that passed the gate, with what has a column of its own. */
export interface Event extends ColumnValues {
  /** 16 bytes. */
  readonly uuid: Buffer;
  readonly name: string;
  readonly distinctId: string;
  readonly timeMs: number;
  /** Everything that is no column, as JSON; `{}` when nothing is left. */
  readonly rest: string;
}

/** Why an event did not pass. A closed set: it is shown, counted and stored. */
export type Reason =
  | 'not_an_object'
  | 'missing_event'
  | 'event_name_too_long'
  | 'missing_distinct_id'
  | 'names_a_person'
  | 'distinct_id_is_an_address'
  | 'invalid_uuid'
  | 'properties_not_an_object'
  | 'too_deep'
  | 'too_large'
  | 'older_than_retention'
  | 'unknown_token'
  | 'other_origin';

/** An event, or a whole request, that was not taken. */
export interface DeadLetter {
  readonly projectId: number | null;
  readonly dialect: string;
  readonly reason: Reason;
  /** What is needed to try again, as JSON without addresses; null when it was too large to keep. */
  readonly payload: string | null;
  readonly distinctId: string | null;
}

/** A project: what its events are about, how long they are kept as they are, and whose days it has. */
export interface Project {
  readonly id: number;
  readonly name: string;
  readonly kind: Kind;
  readonly retentionDays: number;
  /** IANA name. Questions that name no zone are about its days. */
  readonly timeZone: string;
  /** Whose visits it counts; undefined: no site was named. */
  readonly site?: Site;
}

/** A web site, as a project of the kind `web` has one. */
export interface Site {
  /** Its host, such as `example.org`; hosts below it are its own, too. */
  readonly domain: string;
  /** What pages name it by: public, and kept when a site moves here from elsewhere. */
  readonly key: string;
  /** Other hosts that may send for it. */
  readonly hosts: readonly string[];
  /** So long without an event ends a visit, in ms. */
  readonly silenceMs: number;
}
