// One task of the archive: what is finished is archived, what is to be erased erased, what is too old removed.

import { withoutIds } from '../store/naming.ts';
import { openForReading } from '../store/open.ts';
import { archiveFinished } from './archiver.ts';
import { eraseFrom, expireBefore } from './erase.ts';
import { FolderArchive } from './folder.ts';
import { sourceOf, storeMark } from './source.ts';
import type { Done, Task } from './task.ts';

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
