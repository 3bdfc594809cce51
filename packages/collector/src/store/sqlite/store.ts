// The store in one SQLite file: one writer on this thread, readers on others.

import { join } from 'node:path';
import type { DeadLetter, Event } from '../../event.ts';
import type { Events, Outbox, Selection, StoredEvent } from '../events.ts';
import type { Numbers } from '../numbers.ts';
import type { DeadLetters } from '../records.ts';
import type {
  ClockState,
  Integrity,
  Retained,
  Size,
  Store,
  Stored,
  StoreOptions,
} from '../store.ts';
import { SILENCE_MS, type Visits } from '../visits.ts';
import { Activity } from './activity.ts';
import { lastBackupMs } from './backup.ts';
import { Checkpoints } from './checkpoints.ts';
import { GroupCommit, told } from './commit.ts';
import { type Database, openDatabase, openForCheckpoints } from './database.ts';
import { LetterTable } from './dead-letters.ts';
import { Erasing } from './erasing.ts';
import { SqliteErasures } from './erasures.ts';
import { arrived, eventOf, lastSeqOf, PAGE } from './events.ts';
import { DATABASE_FILE } from './folder.ts';
import { SqliteInstalls } from './installs.ts';
import { Leases } from './leases.ts';
import { Naming } from './naming.ts';
import { SqliteOutbox } from './outbox.ts';
import { SqliteProjects } from './projects.ts';
import { SqlitePublished } from './published.ts';
import { askAlone, Reader } from './reading/reader.ts';
import { retain } from './retention.ts';
import { Rollups } from './rollups.ts';
import { scan } from './scan.ts';
import { addColumns, migrate } from './schema.ts';
import { identityOf, SqliteEndedSessions, SqliteSettings } from './settings.ts';
import { sizeOf } from './size.ts';
import { SteadyTime } from './steady-time.ts';
import { checkTexts } from './texts.ts';
import { SqliteTokens } from './tokens.ts';
import { VisitTable } from './visits.ts';
import { selectEvents, Writer } from './writer.ts';

/** How often the log is tried to be emptied, 100 ms apart: a reader may be using it. */
const TRIES = 50;

export class SqliteStore implements Store {
  readonly path: string;
  readonly db: Database;
  readonly identity: string;
  readonly projects: SqliteProjects;
  readonly tokens: SqliteTokens;
  readonly settings: SqliteSettings;
  readonly sessions: SqliteEndedSessions;
  readonly installs: SqliteInstalls;
  readonly erasures: SqliteErasures;
  readonly published: SqlitePublished;
  private readonly commits: GroupCommit;
  private readonly checkpoints: Checkpoints;
  private readonly letters: LetterTable;
  private readonly activity: Activity;
  private readonly writer: Writer;
  private readonly steady: SteadyTime;
  private readonly leases = new Leases();
  private readonly outboxes = new Map<string, Outbox>();
  /** Two threads: a long summary must not hold up a list, or the copies of events. */
  private readonly forNumbers: Reader;
  private readonly forLists: Reader;

  /** Opens, and if need be makes or migrates, the database in a folder that is held. */
  constructor(
    private readonly folder: string,
    { consumers = [], onCommit, onUndone, questionMs }: StoreOptions = {},
    clock: () => number = Date.now,
  ) {
    this.path = join(folder, DATABASE_FILE);
    const db = openDatabase(this.path);
    this.db = db;
    checkTexts(db);
    migrate(db);
    addColumns(db);
    this.identity = identityOf(db);
    const rollups = new Rollups(db);
    this.letters = new LetterTable(db);
    this.activity = new Activity(db);
    const visits = new VisitTable(db, (project) => this.silenceOf(project));
    const naming = new Naming(db);
    this.writer = new Writer(db, rollups, this.activity, this.letters, naming, visits);
    this.checkpoints = new Checkpoints(openForCheckpoints(this.path));
    this.commits = new GroupCommit(db, {
      between: () => this.checkpoints.between(),
      committed: (requests, events, ms) => {
        this.checkpoints.committed();
        onCommit?.(requests, events, ms);
      },
      // Once per transaction, not per request: requests of one moment count the same things.
      finish: () => {
        visits.settle();
        rollups.flush();
      },
      undone: (error) => {
        this.undo();
        onUndone?.(told(error));
      },
    });
    this.forNumbers = new Reader(this.path, questionMs);
    this.forLists = new Reader(this.path);
    this.tokens = new SqliteTokens(db, this.commits);
    this.projects = new SqliteProjects(db, this.commits, this.tokens, (id, waitMs) =>
      this.removeProject(id, clock(), waitMs),
    );
    this.published = new SqlitePublished(db, this.commits);
    this.settings = new SqliteSettings(db, this.commits);
    this.sessions = new SqliteEndedSessions(db, this.commits, clock());
    this.steady = new SteadyTime(db, this.commits);
    this.installs = new SqliteInstalls(db, this.commits, this.forLists);
    this.erasures = new SqliteErasures({
      db,
      commits: this.commits,
      erasing: new Erasing(db, this.writer, this.activity, this.letters),
      writer: this.writer,
      consumers,
      projects: () => this.projects.list().map(({ id }) => id),
      lists: this.forLists,
      emptyLog: () => this.emptyLog(),
      clock,
    });
  }

  get depth(): number {
    return this.commits.depth;
  }

  append(
    project: number | null,
    events: readonly Event[],
    letters: readonly DeadLetter[],
    nowMs: number,
  ): Promise<Stored> {
    return this.commits.add(events.length + letters.length, () => {
      this.checkpoints.wrote(events);
      return this.writer.write(project, events, letters, nowMs);
    });
  }

  readonly events: Events = {
    get: async (project, uuid) => this.eventBy(project, uuid),
    latest: async (project, prefix, limit) =>
      (await this.forLists.ask('latest', { project, prefix, limit })).map(arrived),
    replace: async (project, uuid, event) => {
      const seq = this.eventBy(project, uuid)?.seq;
      if (seq === undefined) return false;
      let isDone = false;
      await this.erasures.erase({ what: 'event', project, seq }, () => {
        const row = selectEvents(this.db, 'seq = ? AND uuid = ?').get(seq, uuid);
        if (!row) return; // it was deleted meanwhile
        const { receivedMs, timeMs } = eventOf(row);
        this.writer.remove(row);
        this.writer.write(project, [{ ...event, uuid }], [], receivedMs ?? timeMs);
        isDone = true;
      });
      return isDone;
    },
    remove: async (project, uuid) => {
      const found = this.eventBy(project, uuid);
      if (!found) return false;
      await this.erasures.erase({ what: 'event', project, seq: found.seq });
      return true;
    },
  };

  readonly deadLetters: DeadLetters = {
    list: (project = 0, after, limit) => this.forLists.ask('letters', { project, after, limit }),
    get: async (id) => this.letters.get(id),
    counts: () => this.letters.counts(),
    delete: (id) => this.commits.add(1, () => this.letters.delete(id)),
    replaced: (id, project, events, nowMs) =>
      this.commits.add(events.length + 1, () => {
        this.writer.write(project, events, [], nowMs);
        this.letters.delete(id);
      }),
  };

  readonly numbers: Numbers = {
    summary: (range) => this.forNumbers.ask('summary', range),
    table: (table, range) => this.forNumbers.ask('table', { table, range }),
    stats: (project) => this.forNumbers.ask('stats', { project }),
  };

  readonly visits: Visits = {
    list: (range) => this.forLists.ask('visits', range),
    totals: (range) => this.forNumbers.ask('visitTotals', range),
  };

  async retain(nowMs: number): Promise<Retained> {
    const { db, commits, writer, activity, letters } = this;
    const projects = () => this.projects.list();
    const { steadyMs } = await this.steady.look(nowMs);
    const parts = { db, commits, writer, activity, letters, projects };
    const events = await retain(parts, steadyMs);
    await this.erasures.expire(steadyMs);
    while (await commits.add(1, () => writer.naming.fill()));
    if (events > 0) await this.emptyLog();
    return { events, steadyMs };
  }

  steadyMs(nowMs: number): number {
    return this.steady.between(nowMs);
  }

  clock(): Promise<ClockState> {
    return this.steady.state();
  }

  believeClock(nowMs: number): Promise<void> {
    return this.steady.believe(nowMs);
  }

  eventsToMigrate(): number {
    return this.writer.naming.left;
  }

  async *scan(selection: Selection): AsyncGenerator<readonly StoredEvent[]> {
    const ids = this.projects.list().map(({ id }) => id);
    yield* scan(ids, selection, {
      page: async (start) => (await this.forLists.ask('page', start)).map(arrived),
      lastSeq: () => lastSeqOf(this.db),
      count: (range) => this.forLists.ask('count', range),
    });
  }

  async *after(
    project: number | undefined,
    seq: number,
    limit = PAGE,
  ): AsyncGenerator<readonly StoredEvent[]> {
    for (;;) {
      const events = (await this.forLists.ask('after', { project, seq, limit })).map(arrived);
      if (events.length === 0) return;
      yield events;
      seq = events.at(-1)!.seq;
    }
  }

  outbox(consumer: string): Outbox {
    let outbox = this.outboxes.get(consumer);
    if (!outbox) {
      outbox = new SqliteOutbox(this.db, consumer, this.commits, this.forLists);
      this.outboxes.set(consumer, outbox);
    }
    return outbox;
  }

  async lease(name: string, holder: string, ttlMs: number): Promise<boolean> {
    return this.leases.take(name, holder, ttlMs);
  }

  async release(name: string, holder: string): Promise<void> {
    this.leases.release(name, holder);
  }

  backup(file: string): Promise<void> {
    return askAlone(this.path, 'backup', { folder: this.folder, file });
  }

  async lastBackupMs(): Promise<number | undefined> {
    return lastBackupMs(this.folder);
  }

  checkIntegrity(how: 'quick' | 'thorough'): Promise<Integrity> {
    return askAlone(this.path, 'integrity', { how });
  }

  async size(): Promise<Size> {
    return sizeOf(this.folder);
  }

  async close(): Promise<void> {
    await this.commits.stop();
    await this.checkpoints.close();
    await Promise.all([this.forNumbers.close(), this.forLists.close()]);
    this.checkpoint();
    this.db.close();
  }

  /** How long a silence ends a visit of a project; undefined: it has no visits. */
  private silenceOf(project: number): number | undefined {
    const found = this.projects.byId(project);
    return found?.kind === 'web' ? (found.site?.silenceMs ?? SILENCE_MS) : undefined;
  }

  private eventBy(project: number, uuid: Buffer): StoredEvent | undefined {
    const row = selectEvents(this.db, 'events.project_id = ? AND uuid = ?').get(project, uuid);
    return row && eventOf(row);
  }

  private async removeProject(project: number, nowMs: number, waitMs?: number): Promise<string> {
    const mark = () => {
      this.projects.markRemoved(project, nowMs);
    };
    const { id } = await this.erasures.erase({ what: 'project', project }, mark, waitMs);
    return id;
  }

  /** Drops what memory mirrors of a transaction that was undone. */
  private undo(): void {
    this.writer.undo();
    try {
      this.tokens.reload();
      this.projects.reload();
      this.published.reload();
      this.letters.recount();
    } catch {
      // It cannot be read now; nothing is written either.
    }
  }

  /**
   * Moves everything from the write-ahead log into the database and empties the log: what was
   * erased is still in its old pages. A reader may be using them, so this tries again for a while,
   * and never makes ingestion wait. False: a reader held on to them all the time.
   */
  private async emptyLog(tries = TRIES): Promise<boolean> {
    for (let left = tries; left > 0; left--) {
      if (this.checkpoint()) return true;
      await new Promise((wake) => setTimeout(wake, 100));
    }
    return false;
  }

  private checkpoint(): boolean {
    this.db.exec('PRAGMA busy_timeout = 0');
    try {
      return this.db.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get()?.busy === 0;
    } catch {
      return false; // the disk is full, or worse: commits will say so
    } finally {
      this.db.exec('PRAGMA busy_timeout = 5000');
    }
  }
}
