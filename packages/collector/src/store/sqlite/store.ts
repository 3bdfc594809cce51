// The store in one SQLite file: one writer on this thread, readers on others.

import { join } from 'node:path';
import type { DeadLetter, Event } from '../../event.ts';
import type { Outbox, Selection, StoredEvent } from '../events.ts';
import type { Numbers } from '../numbers.ts';
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
import { Closed } from './closed.ts';
import { GroupCommit, told } from './commit.ts';
import { type Database, openDatabase, openForCheckpoints } from './database.ts';
import { LetterTable } from './dead-letters.ts';
import { Erasing } from './erasing.ts';
import { ErasureRuns } from './erasure-runs.ts';
import { ErasureTable } from './erasure-table.ts';
import { ErasureWork } from './erasure-work.ts';
import { SqliteErasures } from './erasures.ts';
import { arrived, lastSeqOf, PAGE } from './events.ts';
import { DATABASE_FILE } from './folder.ts';
import { Forgetting } from './forgetting.ts';
import { SqliteInstalls } from './installs.ts';
import { Leases } from './leases.ts';
import { SqliteDeadLetters } from './letters.ts';
import { emptyLogNow, LogEmptier } from './log.ts';
import { SqliteOutbox } from './outbox.ts';
import { SqliteProjects } from './projects.ts';
import { SqlitePublished } from './published.ts';
import { askAlone, Reader } from './reading/reader.ts';
import { ReceiptTable } from './receipts.ts';
import { retain } from './retention.ts';
import { Rollups } from './rollups.ts';
import { scan } from './scan.ts';
import { addColumns, migrate } from './schema.ts';
import { identityOf, SqliteEndedSessions, SqliteSettings } from './settings.ts';
import { SqliteEvents } from './single.ts';
import { sizeOf } from './size.ts';
import { SteadyTime } from './steady-time.ts';
import { Steps } from './steps.ts';
import { checkTexts } from './texts.ts';
import { SqliteTokens } from './tokens.ts';
import { VisitTable } from './visits.ts';
import { Writer } from './writer.ts';

export class SqliteStore implements Store {
  readonly path: string;
  readonly db: Database;
  readonly identity: string;
  readonly projects: SqliteProjects;
  readonly tokens: SqliteTokens;
  readonly settings: SqliteSettings;
  readonly sessions: SqliteEndedSessions;
  readonly installs: SqliteInstalls;
  readonly events: SqliteEvents;
  readonly deadLetters: SqliteDeadLetters;
  readonly erasures: SqliteErasures;
  readonly published: SqlitePublished;
  private readonly commits: GroupCommit;
  private readonly checkpoints: Checkpoints;
  private readonly log: LogEmptier;
  private readonly letters: LetterTable;
  private readonly activity: Activity;
  private readonly writer: Writer;
  private readonly closed: Closed;
  private readonly steady: SteadyTime;
  private readonly leases = new Leases();
  private readonly outboxes = new Map<string, Outbox>();
  /** Threads: a long summary, or a look for an id, must not hold up a list, or the copies of events. */
  private readonly forNumbers: Reader;
  private readonly forLists: Reader;
  private readonly forErasures: Reader;

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
    const table = new ErasureTable(db, consumers, lastSeqOf(db));
    this.closed = new Closed(table);
    this.writer = new Writer(db, rollups, this.activity, this.letters, visits, this.closed);
    this.checkpoints = new Checkpoints(openForCheckpoints(this.path));
    this.log = new LogEmptier(db, () => this.checkpoints.now());
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
    this.forErasures = new Reader(this.path);
    this.tokens = new SqliteTokens(db, this.commits);
    this.projects = new SqliteProjects(db, this.commits, this.tokens, (id, waitMs) =>
      this.removeProject(id, clock(), waitMs),
    );
    this.published = new SqlitePublished(db, this.commits);
    this.settings = new SqliteSettings(db, this.commits);
    this.sessions = new SqliteEndedSessions(db, this.commits, clock());
    this.steady = new SteadyTime(db, this.commits);
    this.installs = new SqliteInstalls(db, this.commits, this.forLists, this.closed);
    const { letters, writer, commits, activity, closed, forLists: lists } = this;
    const receipts = new ReceiptTable(db);
    const work = new ErasureWork({
      ...{ table, receipts, closed, writer, clock },
      steps: new Steps(commits),
      erasing: new Erasing(db, writer, activity, letters),
      forgetting: new Forgetting(db, writer, activity, letters, closed),
      reader: this.forErasures,
    });
    this.erasures = new SqliteErasures({
      ...{ commits, writer, table, receipts, closed, clock },
      runs: new ErasureRuns({ table, receipts, work, emptyLog: () => this.log.now() }),
      emptyLogSoon: () => this.log.soon(),
      projects: () => this.projects.list().map(({ id }) => id),
    });
    this.events = new SqliteEvents({ db, writer, erasures: this.erasures, lists });
    this.deadLetters = new SqliteDeadLetters({ letters, writer, commits, lists });
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
      // It was deleted meanwhile: nothing of it stays.
      if (project !== null && !this.projects.byId(project)) {
        return { inserted: 0, isNew: events.map(() => false) };
      }
      this.checkpoints.wrote(events);
      return this.writer.write(project, events, letters, nowMs);
    });
  }

  readonly numbers: Numbers = {
    summary: (range) => this.forNumbers.ask('summary', range),
    table: (table, range) => this.forNumbers.ask('table', { table, range }),
    stats: (project) => this.forNumbers.ask('stats', { project }),
  };

  readonly visits: Visits = {
    list: (range) => this.forLists.ask('visits', range),
    totals: (range) => this.forNumbers.ask('visitTotals', range),
    ends: (range) => this.forNumbers.ask('visitEnds', range),
  };

  async retain(nowMs: number): Promise<Retained> {
    const { db, commits, writer, activity, letters } = this;
    const projects = () => this.projects.list();
    const { steadyMs } = await this.steady.look(nowMs);
    const parts = { db, steps: new Steps(commits), writer, activity, letters, projects };
    const events = await retain(parts, steadyMs);
    await this.erasures.expire(steadyMs);
    if (events > 0) await this.log.now();
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
    await this.erasures.stop();
    await this.commits.stop();
    await this.log.stop();
    await this.checkpoints.close();
    await Promise.all(
      [this.forNumbers, this.forLists, this.forErasures].map((reader) => reader.close()),
    );
    emptyLogNow(this.db);
    this.db.close();
  }

  /** How long a silence ends a visit of a project; undefined: it has no visits. */
  private silenceOf(project: number): number | undefined {
    const found = this.projects.byId(project);
    return found?.kind === 'web' ? (found.site?.silenceMs ?? SILENCE_MS) : undefined;
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
      this.closed.reload();
    } catch {
      // It cannot be read now; nothing is written either.
    }
  }
}
