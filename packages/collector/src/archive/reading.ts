// Reads parts: their rows a row group at a time, one column alone, and whether a file is what its
// manifest says.

import { createHash } from 'node:crypto';
import { parquetMetadataAsync, parquetReadObjects } from 'hyparquet';
import { type Archive, ArchiveUnavailable, type Content } from './archive.ts';
import type { PartEntry } from './manifest.ts';
import { type ArchivedEvent, rowOf } from './row.ts';

const PIECE_BYTES = 1024 * 1024;

/** Runs `work` with a part's file. @throws ArchiveUnavailable when it is missing or unreadable */
async function withPart<T>(
  archive: Archive,
  { path }: PartEntry,
  work: (content: Content) => Promise<T>,
): Promise<T> {
  const content = await archive.open(path);
  if (!content)
    throw new ArchiveUnavailable(`the archive's ${path} is missing: restore it from a copy`);
  try {
    return await work(content);
  } finally {
    await content.close();
  }
}

const unreadable = ({ path }: PartEntry, error: unknown): ArchiveUnavailable =>
  new ArchiveUnavailable(
    `the archive's ${path} cannot be read: ${(error as Error).message}. It is damaged; restore it from a copy`,
    { cause: error },
  );

/** The rows of a part, in their order, a row group at a time. @throws ArchiveUnavailable */
export async function* rowsOf(
  archive: Archive,
  part: PartEntry,
): AsyncGenerator<readonly ArchivedEvent[]> {
  const content = await archive.open(part.path);
  if (!content) {
    throw new ArchiveUnavailable(`the archive's ${part.path} is missing: restore it from a copy`);
  }
  try {
    const metadata = await parquetMetadataAsync(content);
    let start = 0;
    for (const { num_rows } of metadata.row_groups) {
      const end = start + Number(num_rows);
      const cells = await parquetReadObjects({
        file: content,
        metadata,
        rowStart: start,
        rowEnd: end,
      });
      yield cells.map((row) => rowOf(part.project, row));
      start = end;
    }
  } catch (error) {
    throw error instanceof ArchiveUnavailable ? error : unreadable(part, error);
  } finally {
    await content.close();
  }
}

/** Whether a part has a row that satisfies `isWanted`. Reads three columns of it. */
export function someRow(
  archive: Archive,
  part: PartEntry,
  isWanted: (seq: number, distinctId: string, properties: string) => boolean,
): Promise<boolean> {
  return withPart(archive, part, async (content) => {
    try {
      const metadata = await parquetMetadataAsync(content);
      let start = 0;
      for (const { num_rows } of metadata.row_groups) {
        const end = start + Number(num_rows);
        const cells = await parquetReadObjects({
          file: content,
          metadata,
          columns: ['seq', 'distinct_id', 'properties'],
          rowStart: start,
          rowEnd: end,
        });
        const isThere = cells.some((row) =>
          isWanted(Number(row.seq), String(row.distinct_id), String(row.properties)),
        );
        if (isThere) return true;
        start = end;
      }
      return false;
    } catch (error) {
      throw unreadable(part, error);
    }
  });
}

/** What is wrong with a part's file, for people; undefined: it is what its manifest says. */
export async function faultOf(archive: Archive, part: PartEntry): Promise<string | undefined> {
  const content = await archive.open(part.path);
  if (!content) return 'the file is missing';
  try {
    if (content.byteLength !== part.bytes) {
      return `the file has ${content.byteLength} bytes instead of ${part.bytes}`;
    }
    const sha = createHash('sha256');
    for (let at = 0; at < part.bytes; at += PIECE_BYTES) {
      sha.update(new Uint8Array(await content.slice(at, Math.min(at + PIECE_BYTES, part.bytes))));
    }
    return sha.digest('hex') === part.sha256 ? undefined : 'its bytes are not what was written';
  } finally {
    await content.close();
  }
}
