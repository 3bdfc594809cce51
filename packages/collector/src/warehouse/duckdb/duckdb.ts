// The warehouse on DuckDB, as the collector sees it: what it is told and asked goes to its process
// (`running.ts`), batches in parts, and how it is stays known while the process is down.

import type { Answer, Question } from '../../../../schema/src/question.ts';
import { checkQuestion } from '../check.ts';
import type { Column } from '../columns.ts';
import type { Batch, Row, Status, Warehouse } from '../warehouse.ts';
import { type ProcessStatus, pack } from './protocol.ts';
import { Running } from './running.ts';

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
  private known = NOTHING;
  private behind: number | null = null;
  private writtenMs: number | null = null;
  private readonly settings;
  private readonly running: Running;

  constructor(settings: DuckDbSettings) {
    const script = new URL('./process.js', import.meta.url);
    this.settings = { ...DEFAULTS, script, ...settings };
    this.running = new Running(this.settings);
  }

  /** Of the process, while there is one. */
  get pid(): number | undefined {
    return this.running.pid;
  }

  /** Processes that were started so far. */
  get starts(): number {
    return this.running.starts;
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
    return this.running.call('lastBatch', null);
  }

  async query(question: Question): Promise<Answer> {
    // Here too: what is no question does not take the way to another process.
    const checked = checkQuestion(question, this.settings.columns);
    const { questionMs } = this.settings;
    // Waiting for a turn, running, and being interrupted: more is a process that hangs.
    return this.running.call('query', checked, 20 * questionMs + 30_000);
  }

  erase(project: number, distinctId: string, untilSeq?: number): Promise<number> {
    return this.running.call('erase', { project, distinctId, untilSeq });
  }

  eraseEvents(project: number, seqs: readonly number[]): Promise<number> {
    return this.running.call('eraseEvents', { project, seqs });
  }

  dropProject(project: number): Promise<number> {
    return this.running.call('dropProject', project);
  }

  dropBefore(project: number, timeMs: number): Promise<number> {
    return this.running.call('dropBefore', { project, timeMs });
  }

  async adopt(source: string): Promise<void> {
    await this.running.call('adopt', source);
  }

  async compact(): Promise<void> {
    const { ended } = this.running;
    await this.running.call('compact', null, COMPACT_MS);
    await ended;
  }

  async reset(): Promise<void> {
    await this.running.call('reset', null);
    this.behind = null;
  }

  async status(): Promise<Status> {
    const { behind, writtenMs } = this;
    let timer: NodeJS.Timeout | undefined;
    try {
      const late = new Promise<never>((_, reject) => {
        timer = setTimeout(() => reject(new Error('it is busy')), STATUS_MS);
      });
      this.known = await Promise.race([this.running.call('status', null), late]);
      const state = this.known.reason === null ? 'ready' : 'incomplete';
      return { ...this.known, state, behind, writtenMs };
    } catch (error) {
      const reason = this.running.isUp ? (error as Error).message : this.running.reason;
      return { ...this.known, memoryBytes: 0, state: 'down', reason, behind, writtenMs };
    } finally {
      clearTimeout(timer);
    }
  }

  close(): Promise<void> {
    return this.running.close();
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
      await this.running.call('abandon', number).catch(() => undefined);
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
    return this.running.call('write', { number, part, rows: pack(rows, names), isLast }, WRITE_MS);
  }
}
