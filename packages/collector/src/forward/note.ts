// What is remembered of a destination, in files beside the database, not in it: the collector may be running and is
// its only writer. How far forwarding is, and what was refused: uuids, so that no erasure has to follow here.

import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Destination, RefusedEvent } from './sending.ts';

export class Note {
  private readonly file: string;
  readonly refusedFile: string;

  constructor(
    folder: string,
    project: number,
    { url, key }: Destination,
    /** Of the store: the numbers of another one, such as one that was restored, begin again. */
    private readonly identity: string,
  ) {
    // Of each key by itself: another project at the same host has none of it.
    const hash = createHash('sha256').update(key).digest('hex').slice(0, 16);
    const name = `forwarded-${project}-${url.hostname}-${url.port || 'default'}-${hash}`;
    this.file = join(folder, `${name}.json`);
    this.refusedFile = join(folder, `${name}-refused.ndjson`);
  }

  /** The number of the last event that was dealt with; 0: none was. */
  read(): number {
    if (!existsSync(this.file)) return 0;
    const { seq, store } = JSON.parse(readFileSync(this.file, 'utf8')) as {
      seq?: number;
      store?: string;
    };
    return store === this.identity && Number.isSafeInteger(seq) ? seq! : 0;
  }

  /** Everything up to this number was taken, or is refused. */
  write(seq: number, refused: readonly RefusedEvent[]): void {
    const lines = refused.map((each) => `${JSON.stringify(each)}\n`).join('');
    if (lines !== '') appendFileSync(this.refusedFile, lines);
    writeFileSync(`${this.file}.new`, JSON.stringify({ seq, store: this.identity }));
    renameSync(`${this.file}.new`, this.file);
  }
}
