// The process of the archive: it does one task and ends. A process of its own, because making Parquet takes
// memory and time that the collector needs for what comes in. It may be killed at any moment.

import { setPriority } from 'node:os';
import { withoutIds } from '../store/naming.ts';
import { openForReading } from '../store/open.ts';
import { archiveFinished } from './archiver.ts';
import { eraseFrom, expireBefore } from './erase.ts';
import { FolderArchive } from './folder.ts';
import { sourceOf, storeMark } from './source.ts';
import type { Done, Said, Task } from './task.ts';

const NOTHING = { rows: 0, parts: 0 };

/** Archives what is finished, then erases, then expires: what is erased may just have been archived. */
export async function run(task: Task): Promise<Done> {
  const archive = new FolderArchive(task.folder);
  await archive.tidy();
  const reader = await openForReading(task.location);
  try {
    const source = await sourceOf(reader, task.identity);
    const archived = await archiveFinished(archive, source, task.nowMs);
    const mark = storeMark(task.identity);
    const erased =
      task.orders.length > 0 ? await eraseFrom(archive, mark, task.orders, withoutIds) : NOTHING;
    const expired =
      task.expireBeforeMs === null ? NOTHING : await expireBefore(archive, task.expireBeforeMs);
    return { archived, erased, expired };
  } finally {
    await reader.close();
  }
}

if (process.send) {
  setPriority(10);
  process.umask(0o077);
  // Whoever asked is gone: nobody holds the lease any more.
  process.on('disconnect', () => process.exit(1));
  // Ctrl-C reaches the whole group: the collector decides when this process ends.
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => undefined);
  process.once('message', async (task: Task) => {
    let said: Said;
    try {
      said = { done: await run(task) };
    } catch (error) {
      said = { error: error instanceof Error ? error.message : String(error) };
    }
    process.send!(said, () => process.exit(0));
  });
}
