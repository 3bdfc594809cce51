// A backup in a thread of its own, so that whoever waits for it can be told how far it is.

import { statSync } from 'node:fs';
import { join } from 'node:path';
import { StoreError } from '../errors.ts';
import { partialOf } from './backup.ts';
import { DATABASE_FILE } from './folder.ts';
import { askAlone } from './reading/reader.ts';
import { sizeOf } from './size.ts';

const LOOK_MS = 200;

const sizeNow = (file: string): number => statSync(file, { throwIfNoEntry: false })?.size ?? 0;

/** Copies the database of a folder. `progress` hears of bytes, several times a second. @throws StoreError */
export async function backupApart(
  folder: string,
  file: string,
  progress?: (done: number, of: number) => void,
): Promise<void> {
  const of = sizeOf(folder).bytes;
  // It also keeps the process alive: a reading thread does not.
  const timer = setInterval(() => progress?.(Math.min(sizeNow(partialOf(file)), of), of), LOOK_MS);
  try {
    await askAlone(join(folder, DATABASE_FILE), 'backup', { folder, file });
  } catch (error) {
    throw new StoreError(error instanceof Error ? error.message : String(error));
  } finally {
    clearInterval(timer);
  }
}
