// The warehouse on DuckDB, as the collector sees it: a process that is started, asked, and started
// again when it dies, a little later each time. Nobody waits for one that is down.

import type { Answer, Question } from '../../../../schema/src/question.ts';
import { checkQuestion } from '../check.ts';
import type { Column } from '../columns.ts';
import {
  type Batch,
  type Row,
  type Status,
  type Warehouse,
  WarehouseUnavailable,
} from '../warehouse.ts';
import { Child } from './child.ts';
import { type CallName, type Calls, EXIT_DAMAGED, type ProcessStatus, pack } from './protocol.ts';

/** Settings of the warehouse. */
export interface DuckDbSettings {
  /** Where the file is; its folder exists. */
  readonly file: string;
  readonly columns: readonly Column[];
  /** What DuckDB may take, in MB. The process takes some 150 MB more. */
  readonly memoryMb?: number;
  readonly threads?: number;
  /**
   * Questions that run at the same time. Each has all threads: more of them are no quicker together, and each
   * takes memory of its own for the JSON that it reads.
   */
  readonly readers?: number;
  /** How long a question may run, in ms. */
  readonly questionMs?: number;
  /** The script of the process: a test runs another one. */
  readonly script?: URL | string;
}

const DEFAULTS = { memoryMb: 150, threads: 2, readers: 2, questionMs: 5_000 };

/** Waits before a process is started again, in ms: the last one is repeated. */
const WAITS = [100, 300, 1_000, 3_000, 10_000, 30_000];
/** The longest of them for a process that had opened its file: the next one will too. */
const WAIT_OPENED = 1_000;
/** A process that lived so long was well: the next death is the first one, in ms. */
const WELL_MS = 60_000;
/** A file that killed so many processes while it was opened is taken for damaged. */
const DEADLY = 3;
/** How long a process may take to end by itself, in ms. */
const CLOSE_MS = 3_000;
const STATUS_MS = 2_000;
/** A process that takes longer for a batch hangs. */
const WRITE_MS = 120_000;
const COMPACT_MS = 600_000;
/** Parts of a batch that are on their way or written at the same time. */
const IN_FLIGHT = 2;

const NOTHING: ProcessStatus = {
  reason: null,
  source: null,
  lastBatch: null,
  rows: 0,
  hasErasedBytes: false,
  bytes: 0,
  memoryBytes: 0,
};

export class DuckDbWarehouse implements Warehouse {
  starts = 0;
  private child: Child | undefined;
  private ready: Promise<void> | undefined;
  private timer: NodeJS.Timeout | undefined;
  private isClosed = false;
  private deaths = 0;
  private deathsWhileOpening = 0;
  private isKnownBad = false;
  private reason = 'the warehouse is starting';
  private known = NOTHING;
  private behind: number | null = null;
  private writtenMs: number | null = null;
  private readonly settings;

  constructor(settings: DuckDbSettings) {
    const script = new URL('./process.js', import.meta.url);
    this.settings = { ...DEFAULTS, script, ...settings };
    this.start();
  }

  /** Of the process, while there is one. */
  get pid(): number | undefined {
    return this.child?.pid;
  }

  async write({ number, rows, later, waiting }: Batch): Promise<boolean> {
    const isNew = later
      ? await this.writeParts(number, rows, later)
      : await this.writePart(number, 0, rows, true);
    this.behind = waiting ?? null;
    this.writtenMs = Date.now();
    return isNew === true;
  }

  lastBatch(): Promise<number | null> {
    return this.call('lastBatch', null);
  }

  async query(question: Question): Promise<Answer> {
    // Here too: what is no question does not take the way to another process.
    const checked = checkQuestion(question, this.settings.columns);
    const { questionMs } = this.settings;
    // Waiting for a turn, running, and being interrupted: more is a process that hangs.
    return this.call('query', checked, 20 * questionMs + 30_000);
  }

  erase(project: number, distinctId: string, untilSeq?: number): Promise<number> {
    return this.call('erase', { project, distinctId, untilSeq });
  }

  eraseEvent(project: number, seq: number): Promise<number> {
    return this.call('eraseEvent', { project, seq });
  }

  dropProject(project: number): Promise<number> {
    return this.call('dropProject', project);
  }

  dropBefore(project: number, timeMs: number): Promise<number> {
    return this.call('dropBefore', { project, timeMs });
  }

  async adopt(source: string): Promise<void> {
    await this.call('adopt', source);
  }

  async compact(): Promise<void> {
    const { child } = this;
    await this.call('compact', null, COMPACT_MS);
    await child?.ended;
  }

  async reset(): Promise<void> {
    await this.call('reset', null);
    this.behind = null;
  }

  async status(): Promise<Status> {
    const { behind, writtenMs } = this;
    let timer: NodeJS.Timeout | undefined;
    try {
      const late = new Promise<never>((_, reject) => {
        timer = setTimeout(() => reject(new Error('it is busy')), STATUS_MS);
      });
      this.known = await Promise.race([this.call('status', null), late]);
      const state = this.known.reason === null ? 'ready' : 'incomplete';
      return { ...this.known, state, behind, writtenMs };
    } catch (error) {
      const reason = this.child ? (error as Error).message : this.reason;
      return { ...this.known, memoryBytes: 0, state: 'down', reason, behind, writtenMs };
    } finally {
      clearTimeout(timer);
    }
  }

  async close(): Promise<void> {
    this.isClosed = true;
    clearTimeout(this.timer);
    await this.child?.close(CLOSE_MS);
  }

  /** While two parts are on their way or written, the next one is read and packed. */
  private async writeParts(
    number: number,
    rows: readonly Row[],
    later: AsyncIterable<readonly Row[]>,
  ): Promise<boolean | null> {
    const sent: Promise<boolean | null>[] = [];
    let part = 0;
    const send = (more: readonly Row[], isLast: boolean) => {
      const written = this.writePart(number, part++, more, isLast);
      // It is awaited later, or not at all when another one fails.
      written.catch(() => undefined);
      sent.push(written);
    };
    send(rows, false);
    try {
      for await (const more of later) {
        if (sent.length >= IN_FLIGHT && (await sent.shift()) !== null) return false;
        send(more, false);
      }
    } catch (error) {
      await this.call('abandon', number).catch(() => undefined);
      throw error;
    }
    send([], true);
    for (const each of sent) {
      const isNew = await each;
      if (isNew !== null) return isNew;
    }
    return null;
  }

  private writePart(number: number, part: number, rows: readonly Row[], isLast: boolean) {
    const names = this.settings.columns.map(({ name }) => name);
    return this.call('write', { number, part, rows: pack(rows, names), isLast }, WRITE_MS);
  }

  private async call<N extends CallName>(
    name: N,
    argument: Calls[N][0],
    limitMs?: number,
  ): Promise<Calls[N][1]> {
    if (!this.child || !this.ready || this.isClosed) throw new WarehouseUnavailable(this.reason);
    const { child } = this;
    await this.ready;
    return child.call(name, argument, limitMs);
  }

  private start(): void {
    const { script, file, columns, memoryMb, threads, readers, questionMs } = this.settings;
    const startMs = Date.now();
    const child = new Child(script, readers + 3);
    let isOpen = false;
    let refusal: string | undefined;
    this.child = child;
    this.starts++;
    this.ready = child
      .call('open', {
        file,
        columns,
        memoryMb,
        threads,
        readers,
        questionMs,
        isKnownBad: this.isKnownBad || this.deathsWhileOpening >= DEADLY,
      })
      .then(() => {
        isOpen = true;
        this.isKnownBad = false;
        this.deathsWhileOpening = 0;
      })
      .catch((error: Error) => {
        refusal = error.message;
        void child.close(CLOSE_MS);
        throw error;
      });
    // Who asks meanwhile hears of it; if nobody does, that is no error of this process.
    this.ready.catch(() => undefined);
    void child.ended.then((code) => {
      if (this.child === child) this.child = undefined;
      if (this.isClosed) return;
      if (code === EXIT_DAMAGED) this.isKnownBad = true;
      if (code !== 0 && !isOpen) this.deathsWhileOpening++;
      this.deaths = Date.now() - startMs > WELL_MS ? 1 : this.deaths + 1;
      const longest = isOpen ? WAIT_OPENED : WAITS.at(-1)!;
      const wait = Math.min(WAITS[Math.min(this.deaths, WAITS.length) - 1]!, longest);
      this.reason = `${refusal ?? 'its process ended'}; it is started again in ${wait / 1000} s`;
      this.timer = setTimeout(() => this.start(), wait);
    });
  }
}
