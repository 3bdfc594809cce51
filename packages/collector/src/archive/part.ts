// Writes one part: Parquet, a row group at a time, so that an hour of any size needs little memory. The
// same rows in the same order give the same bytes.

import { createHash } from 'node:crypto';
import { ByteWriter, ParquetWriter, schemaFromColumnData } from 'hyparquet-writer';
import { ARCHIVE_GROUP_BYTES, ARCHIVE_GROUP_ROWS } from '../limits.ts';
import type { Archive, Upload } from './archive.ts';
import type { PartEntry } from './manifest.ts';
import { type ArchivedEvent, columnsOf, sizeOf } from './row.ts';

export class Part {
  /** What its rows that are not written yet take in memory, about, in bytes. */
  heldBytes = 0;
  rows = 0;
  private held: ArchivedEvent[] = [];
  private bytes = 0;
  private firstMs = Number.POSITIVE_INFINITY;
  private lastMs = Number.NEGATIVE_INFINITY;
  private firstSeq = Number.POSITIVE_INFINITY;
  private lastSeq = 0;
  private readonly sha = createHash('sha256');
  private readonly buffer = new ByteWriter();
  private readonly parquet: ParquetWriter;

  private constructor(
    readonly path: string,
    readonly project: number,
    private readonly upload: Upload,
  ) {
    this.parquet = new ParquetWriter({
      writer: this.buffer,
      schema: schemaFromColumnData({ columnData: columnsOf([]) }),
      createdBy: 'onramp-analytics collector',
    });
  }

  static async start(archive: Archive, path: string, project: number): Promise<Part> {
    return new Part(path, project, await archive.create(path));
  }

  /** Adds a row. */
  async add(row: ArchivedEvent): Promise<void> {
    this.held.push(row);
    this.heldBytes += sizeOf(row);
    this.rows++;
    this.firstMs = Math.min(this.firstMs, row.event.timeMs);
    this.lastMs = Math.max(this.lastMs, row.event.timeMs);
    this.firstSeq = Math.min(this.firstSeq, row.seq);
    this.lastSeq = Math.max(this.lastSeq, row.seq);
    if (this.held.length >= ARCHIVE_GROUP_ROWS || this.heldBytes >= ARCHIVE_GROUP_BYTES) {
      await this.flush();
    }
  }

  /** Writes the rows that are held, as a row group. */
  async flush(): Promise<void> {
    if (this.held.length === 0) return;
    this.parquet.write({ columnData: columnsOf(this.held), rowGroupSize: this.held.length });
    this.held = [];
    this.heldBytes = 0;
    await this.drain();
  }

  /** Makes the part appear. It has one row at least. */
  async finish(): Promise<PartEntry> {
    await this.flush();
    this.parquet.finish();
    await this.drain();
    await this.upload.commit();
    return {
      path: this.path,
      project: this.project,
      rows: this.rows,
      bytes: this.bytes,
      sha256: this.sha.digest('hex'),
      first_seq: this.firstSeq,
      last_seq: this.lastSeq,
      first_time: new Date(this.firstMs).toISOString(),
      last_time: new Date(this.lastMs).toISOString(),
    };
  }

  /** Gives it up; nothing after `finish`. */
  discard(): Promise<void> {
    return this.upload.discard();
  }

  private async drain(): Promise<void> {
    const piece = this.buffer.getBytes();
    this.sha.update(piece);
    this.bytes += piece.length;
    await this.upload.write(piece);
    this.buffer.index = 0;
  }
}
