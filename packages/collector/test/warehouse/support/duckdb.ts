// A warehouse on DuckDB for tests: its real process, in a folder of its own.

import { join, resolve } from 'node:path';
import { type DuckDbSettings, DuckDbWarehouse } from '../../../src/warehouse/duckdb/duckdb.ts';
import { makeFolder } from '../../support/collector.ts';
import type { Made } from './contract.ts';
import { COLUMNS } from './recount.ts';

/** The process, as it was built. */
export const SCRIPT = resolve(
  import.meta.dirname,
  '../../../dist/collector/src/warehouse/duckdb/process.js',
);

/** Opens a warehouse with the columns of `recount`. */
export const open = (file: string, settings: Partial<DuckDbSettings> = {}) =>
  new DuckDbWarehouse({ file, columns: COLUMNS, script: SCRIPT, memoryMb: 100, ...settings });

/** Resolves when it is true. */
export async function until(isTrue: () => Promise<boolean>): Promise<void> {
  for (let left = 300; left > 0; left--) {
    if (await isTrue()) return;
    await new Promise((done) => setTimeout(done, 50));
  }
  throw new Error('it never came true');
}
export const isUp = async (warehouse: DuckDbWarehouse) =>
  (await warehouse.status()).state !== 'down';

/** A warehouse on DuckDB, for the contract. */
export async function make(): Promise<Made> {
  const folder = makeFolder();
  const file = join(folder.path, 'warehouse.duckdb');
  let warehouse = open(file);
  const made: Made = {
    warehouse,
    kill: () => process.kill(warehouse.pid!, 'SIGKILL'),
    recovered: () => until(() => isUp(warehouse)),
    reopen: async () => {
      await warehouse.close();
      warehouse = open(file);
      made.warehouse = warehouse;
    },
    remove: async () => {
      await warehouse.close();
      folder.remove();
    },
  };
  return made;
}
