// Loads back the archive that the store itself keeps: after a restore, or for what retention had deleted. Before
// it, the archive is brought up to date, so that nothing comes back that was erased; after it, the archive
// knows that it has what was loaded, so that it is not archived again under new numbers.

import { HOUR_MS } from '../limits.ts';
import { openForReading, type StoreLocation } from '../store/open.ts';
import type { Store } from '../store/store.ts';
import { FolderArchive } from './folder.ts';
import { ARCHIVE } from './job.ts';
import { putManifest } from './manifest.ts';
import { run } from './run.ts';
import { storeMark } from './source.ts';

/** Later than every hour: all of them are over. */
const FAR_MS = Date.UTC(9999, 0);

/**
 * Runs `load`, between the two. When it is interrupted, what it had loaded may be archived once more, and is
 * then in the archive under two numbers; the next `load` still brings each event once.
 */
export async function aroundLoading<T>(
  store: Store,
  location: StoreLocation,
  folder: string,
  nowMs: number,
  load: () => Promise<T>,
): Promise<T> {
  const pending = await store.erasures.pending(ARCHIVE);
  const { archived } = await run({
    location,
    identity: store.identity,
    folder,
    nowMs: FAR_MS,
    orders: pending.map((erasure) => ({
      erasure,
      projectName: store.projects.byId(erasure.project)?.name,
    })),
    expireBeforeMs: null,
  });
  for (const { number } of pending) await store.erasures.done(ARCHIVE, number);
  const result = await load();
  const lastSeq = await lastSeqOf(location, archived.lastSeq);
  if (lastSeq > archived.lastSeq) {
    await putManifest(new FolderArchive(folder), {
      version: 1,
      store: storeMark(store.identity),
      hour: new Date(Math.floor(nowMs / HOUR_MS) * HOUR_MS).toISOString().slice(0, 13),
      first_seq: archived.lastSeq + 1,
      last_seq: lastSeq,
      projects: {},
      parts: [],
    });
  }
  return result;
}

/** The number of the last event after one. */
async function lastSeqOf(location: StoreLocation, after: number): Promise<number> {
  const reader = await openForReading(location);
  let last = after;
  for await (const page of reader.after(undefined, after)) last = page.at(-1)!.seq;
  await reader.close();
  return last;
}
