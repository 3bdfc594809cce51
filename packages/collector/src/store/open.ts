// Opens the store that is configured. The one place that knows which engines there are.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { StoreError, StoreLost } from './errors.ts';
import { SqliteReader } from './sqlite/beside.ts';
import { explain } from './sqlite/database.ts';
import { DATABASE_FILE, holdFolder, prepareFolder } from './sqlite/folder.ts';
import { found } from './sqlite/founding.ts';
import { restoreInto } from './sqlite/restoring.ts';
import { SqliteStore } from './sqlite/store.ts';
import type { Store, StoreOptions, StoreReader } from './store.ts';

/** Where the store is. Plain data: threads are given it as well. */
export interface StoreLocation {
  /** The folder of the SQLite file. */
  readonly dataFolder: string;
}

/**
 * Opens the store for the one collector that writes to it, and brings it to the present form. It is held
 * until it is closed, or the process ends. A folder in which nothing was ever stored gets a new one; with
 * `isAnew`, so does one that has lost its own.
 * @throws StoreError in words for the operator
 */
export async function openStore(
  { dataFolder }: StoreLocation,
  options?: StoreOptions,
): Promise<Store> {
  prepareFolder(dataFolder);
  const hold = holdFolder(dataFolder);
  try {
    found(dataFolder, options?.isAnew ?? false);
    const store = new SqliteStore(dataFolder, options);
    const close = store.close.bind(store);
    store.close = async () => {
      await close();
      hold.release();
    };
    return store;
  } catch (error) {
    hold.release();
    if (error instanceof StoreLost) throw error;
    throw new StoreError(
      `the database in ${dataFolder} cannot be used: ${explain(error)}. Nothing was changed. If it is damaged, restore a backup with: collector restore FILE`,
    );
  }
}

/** Opens the store for reading, beside a collector that may be running. @throws StoreError */
export async function openForReading({ dataFolder }: StoreLocation): Promise<StoreReader> {
  if (!existsSync(join(dataFolder, DATABASE_FILE))) {
    throw new StoreError(
      `there is no database in ${dataFolder}: nothing was done. Set COLLECTOR_DATA to the folder of a collector`,
    );
  }
  try {
    return new SqliteReader(dataFolder);
  } catch (error) {
    throw new StoreError(
      `the database in ${dataFolder} cannot be read: ${explain(error)}. Nothing was changed. Whose files are they, and is COLLECTOR_DATA the right folder?`,
    );
  }
}

/** Puts a backup in place of the store. Names what was written, and where what was there is kept. @throws StoreError */
export async function restoreStore(
  { dataFolder }: StoreLocation,
  file: string,
): Promise<{ restored: string; kept: string | undefined }> {
  return restoreInto(dataFolder, file);
}
