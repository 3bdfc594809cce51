// What the store takes on its disk.

import { readdirSync, statfsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Size } from '../store.ts';
import { DATABASE_FILE } from './folder.ts';

/** The database with its log, and what is left beside it. */
export function sizeOf(folder: string): Size {
  const bytes = readdirSync(folder)
    .filter((name) => [DATABASE_FILE, `${DATABASE_FILE}-wal`].includes(name))
    .reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
  const { bavail, bsize } = statfsSync(folder);
  return { bytes, freeBytes: bavail * bsize };
}
