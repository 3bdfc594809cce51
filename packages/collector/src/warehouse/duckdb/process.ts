// The process of the warehouse: it holds the file, and answers its collector until that is gone.
// It has a process of its own because DuckDB takes memory and both cores when it can get them, and
// because what happens to it must not happen to what takes events in.

import { existsSync, renameSync, statSync } from 'node:fs';
import type { DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { QuestionError } from '../../../../schema/src/question.ts';
import { checkQuestion } from '../check.ts';
import { WarehouseUnavailable } from '../warehouse.ts';
import { Answered } from './answered.ts';
import { compactOf, openFile } from './file.ts';
import { Incoming } from './incoming.ts';
import {
  type CallName,
  type Calls,
  EXIT_DAMAGED,
  type ProcessSettings,
  type ProcessStatus,
  type Request,
  type Response,
} from './protocol.ts';
import { answer } from './questions/questions.ts';
import { Readers } from './readers.ts';
import { Remembered } from './remembered.ts';
import { Writer } from './writer.ts';

class Service {
  private readonly incoming = new Incoming((number, parts) => this.writer.write(number, parts));

  private constructor(
    private readonly settings: ProcessSettings,
    private readonly instance: DuckDBInstance,
    private readonly watch: DuckDBConnection,
    private readonly writer: Writer,
    private readonly readers: Readers,
    private readonly answered: Answered,
  ) {}

  static async open(settings: ProcessSettings): Promise<Service> {
    const instance = await openFile(settings, settings.isKnownBad);
    const remembered = new Remembered();
    const { columns, memoryMb, questionMs } = settings;
    const connections = await Promise.all(
      Array.from({ length: settings.readers }, () => instance.connect()),
    );
    return new Service(
      settings,
      instance,
      await instance.connect(),
      new Writer(await instance.connect(), columns, remembered, memoryMb),
      new Readers(connections, columns, remembered, questionMs),
      new Answered(remembered),
    );
  }

  readonly calls: {
    [N in Exclude<CallName, 'open'>]: (argument: Calls[N][0]) => Promise<Calls[N][1]>;
  } = {
    write: (part) => this.incoming.take(part),
    abandon: async (number) => {
      await this.incoming.abandon(number);
      return null;
    },
    lastBatch: () => this.writer.lastBatch(),
    query: (question) => {
      const checked = checkQuestion(question, this.settings.columns);
      return this.answered.of(checked, () => answer(this.readers, checked));
    },
    erase: ({ project, distinctId, untilSeq }) => this.writer.erase(project, distinctId, untilSeq),
    eraseEvents: ({ project, seqs }) => this.writer.eraseEvents(project, seqs),
    dropProject: (project) => this.writer.dropProject(project),
    dropBefore: ({ project, timeMs }) => this.writer.dropBefore(project, timeMs),
    adopt: async (source) => {
      await this.writer.adopt(source);
      return null;
    },
    reset: async () => {
      await this.writer.reset();
      return null;
    },
    compact: async () => {
      await this.writer.compact(this.settings.file);
      return null;
    },
    status: () => this.status(),
  };

  /** Puts the compacted copy in place. The writer takes nothing more since it was made. */
  async renew(): Promise<void> {
    await this.readers.drain();
    await this.close();
    const { file } = this.settings;
    // The log is empty and gone, or else the copy stays where it is: the next start removes it.
    if (!existsSync(`${file}.wal`)) renameSync(compactOf(file), file);
  }

  /** What is committed is safe already; this spares the next start the reading of the log. */
  async close(): Promise<void> {
    await this.watch.run('CHECKPOINT').catch(() => undefined);
    this.instance.closeSync();
  }

  private async status(): Promise<ProcessStatus> {
    const result = await this.watch.runAndReadAll(
      `SELECT (SELECT count(*) FROM events), (SELECT max(number) FROM batches),
         (SELECT any_value(value) FROM meta WHERE key = 'incomplete'),
         (SELECT any_value(value) FROM meta WHERE key = 'source'),
         (SELECT count(*) > 0 FROM meta WHERE key = 'erased')`,
    );
    const [rows, lastBatch, reason, source, hasErasedBytes] = result.getRowsJS()[0]!;
    const { file } = this.settings;
    return {
      rows: Number(rows),
      lastBatch: lastBatch === null ? null : Number(lastBatch),
      reason: reason === null ? null : String(reason),
      hasErasedBytes: hasErasedBytes === true,
      source: source === null ? null : String(source),
      bytes: sizeOf(file) + sizeOf(`${file}.wal`),
      memoryBytes: process.memoryUsage.rss(),
    };
  }
}

const sizeOf = (file: string): number => statSync(file, { throwIfNoEntry: false })?.size ?? 0;

let service: Service | undefined;

async function call({ name, argument }: Request): Promise<unknown> {
  if (name === 'open') {
    service = await Service.open(argument as ProcessSettings);
    return null;
  }
  if (!service) throw new WarehouseUnavailable('the warehouse is not open yet');
  return (service.calls[name] as (argument: unknown) => Promise<unknown>)(argument);
}

function send(response: Response): void {
  // The collector may have gone: then nobody needs it.
  if (process.connected) process.send!(response, () => undefined);
}

process.on('message', async (request: Request) => {
  const { id } = request;
  try {
    const result = await call(request);
    if (request.name === 'compact') await service!.renew();
    send({ id, result });
    if (request.name === 'compact') process.disconnect();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const is =
      error instanceof QuestionError
        ? 'question'
        : error instanceof WarehouseUnavailable
          ? 'unavailable'
          : 'other';
    send({ id, error: message, is });
    if (is !== 'other' || request.name === 'open') return;
    // A block that cannot be read will never be readable. After a fatal error DuckDB answers nothing
    // more, and what the file is like shows when it is opened again.
    if (/checksum|corrupt/i.test(message)) process.exit(EXIT_DAMAGED);
    if (/has been invalidated/i.test(message)) process.exit(1);
  }
});

// The collector closes the channel when it ends, and the system does when it is killed.
process.on('disconnect', async () => {
  await service?.close().catch(() => undefined);
  process.exit(0);
});
// Ctrl-C reaches the whole group: the collector decides when this process ends.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => undefined);
