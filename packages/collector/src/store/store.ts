// What a store is: the truth. It acknowledges, remembers and deletes; it knows events, not where they
// came from. An engine (`sqlite/`) is chosen in open.ts, and nobody else knows of it: no SQL, no
// connection and no transaction is seen outside.
//
// Everything that writes resolves when it is on disk, and rejects with `Unavailable` when it is not.

import type { DeadLetter, Event, Project } from '../event.ts';
import type { Erasures } from './erasures.ts';
import type { Events, Outbox, Selection, StoredEvent } from './events.ts';
import type { Numbers } from './numbers.ts';
import type { Published } from './published.ts';
import type { DeadLetters, EndedSessions, Installs, Projects, Settings } from './records.ts';
import type { Tokens } from './tokens.ts';
import type { Visit, Visits } from './visits.ts';

/** What became of a batch. */
export interface Stored {
  /** How many events were new. The rest were there already. */
  readonly inserted: number;
  /** For each event given: was it new? */
  readonly isNew: readonly boolean[];
  /**
   * The visit of the last event that belongs to one, with that event in it; undefined: none does, or the
   * project is no site.
   */
  readonly visit?: Visit | undefined;
}

/** What a check found. */
export interface Integrity {
  readonly isWhole: boolean;
  /** What is damaged, in the engine's words; empty when nothing is. */
  readonly damage: readonly string[];
  readonly checkedMs: number;
}

/** What retention did. */
export interface Retained {
  /** How many events it deleted. */
  readonly events: number;
  /** By this time: nothing that it does not make too old was deleted, here or in any copy. */
  readonly steadyMs: number;
}

/** Whether the clock is believed. */
export interface ClockState {
  /** The time that retention goes by. */
  readonly steadyMs: number;
  /** How far the clock is ahead of it, and not believed; null: it is believed. */
  readonly aheadMs: number | null;
  /** Whether that is worth an alarm; false where the machine may just have been off meanwhile. */
  readonly isStrange: boolean;
}

/** What a store takes on its disk, in bytes, and what is left there. */
export interface Size {
  readonly bytes: number;
  readonly freeBytes: number;
}

/** What can be read beside a collector that may be running: by a command, by a thread. */
export interface StoreReader {
  /** As `Store.identity`. */
  identity(): Promise<string>;
  projects(): Promise<readonly Project[]>;
  /**
   * Pages of events in the order of their time. It holds no long transaction: events that arrive
   * meanwhile may be among them or not. @throws when a part cannot be read: never short.
   */
  scan(selection: Selection): AsyncIterable<readonly StoredEvent[]>;
  /** Pages of events of a project, or of all, in the order in which they were written, after `seq`. */
  after(
    project: number | undefined,
    seq: number,
    limit?: number,
  ): AsyncIterable<readonly StoredEvent[]>;
  /**
   * Copies everything into a file that must not exist, while the store is in use. The file is whole, or
   * it is not there. `progress` hears of bytes, as far as the engine tells.
   */
  backup(file: string, progress?: (done: number, of: number) => void): Promise<void>;
  /** When the last backup was made, in ms since 1970; undefined: never. */
  lastBackupMs(): Promise<number | undefined>;
  /**
   * Looks whether everything is readable and consistent. It takes as long as reading everything; `quick`
   * leaves out whether indexes and tables say the same.
   */
  checkIntegrity(how: 'quick' | 'thorough'): Promise<Integrity>;
  size(): Promise<Size>;
  close(): Promise<void>;
}

export interface Store extends Omit<StoreReader, 'identity' | 'projects'> {
  /**
   * Says which store this is. Another one after a restore: whoever remembers a `seq` or the number of a
   * batch outside the store must begin anew when it has changed.
   */
  readonly identity: string;
  readonly projects: Projects;
  readonly tokens: Tokens;
  readonly events: Events;
  readonly deadLetters: DeadLetters;
  readonly installs: Installs;
  readonly settings: Settings;
  readonly sessions: EndedSessions;
  readonly erasures: Erasures;
  readonly numbers: Numbers;
  readonly published: Published;
  readonly visits: Visits;

  /**
   * Writes events, what they count for, and dead letters: all of it, or nothing. An event whose uuid the
   * project has already is left out. In a project of the kind `web` it is decided here which visit each event
   * belongs to: `visit` of what was given means nothing. Resolves when it is on disk. @throws Unavailable
   */
  append(
    project: number | null,
    events: readonly Event[],
    letters: readonly DeadLetter[],
    nowMs: number,
  ): Promise<Stored>;
  /** Events that wait to be written. */
  readonly depth: number;

  /**
   * Deletes what is too old, in small steps. `nowMs` is the clock; a jump of it deletes nothing until it is
   * believed (steady.ts).
   */
  retain(nowMs: number): Promise<Retained>;
  /**
   * The time by which things are too old or not: `nowMs`, unless the clock has jumped ahead to it.
   */
  steadyMs(nowMs: number): number;
  /** As the last `retain` saw the clock. */
  clock(): Promise<ClockState>;
  /** The operator says that the clock is right: from the next `retain` on it is believed. */
  believeClock(nowMs: number): Promise<void>;

  /** What waits for a consumer. */
  outbox(consumer: string): Outbox;

  /**
   * One holder at a time: true when `holder` has the lease `name` for the next `ttlMs`. The holder calls
   * again in time to keep it; another gets it after its end, or when it was released.
   */
  lease(name: string, holder: string, ttlMs: number): Promise<boolean>;
  release(name: string, holder: string): Promise<void>;
}

/** How a store is opened. */
export interface StoreOptions {
  /** Begin with nothing where a database was lost. Without: such a store is refused. */
  readonly isAnew?: boolean;
  /** Who keeps a copy of events, and has to follow erasures. Those that are not named are not waited for. */
  readonly consumers?: readonly string[];
  /** After every transaction: how many requests and events shared it, and how long it took. */
  readonly onCommit?: (requests: number, events: number, ms: number) => void;
  /** How long a question about the numbers may take, the wait for others' included; limits.ts has the usual. */
  readonly questionMs?: number;
  /** After a transaction that was undone: `Unavailable` where the store is at fault. */
  readonly onUndone?: (error: unknown) => void;
}
