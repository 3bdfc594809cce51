// Opens the warehouse that is configured, and keeps it a copy of the store. An engine is loaded only
// where it is used.

import { join } from 'node:path';
import type { Config } from '../config.ts';
import { MINUTE_MS } from '../limits.ts';
import type { Store } from '../store/store.ts';
import { columnsOf } from './columns.ts';
import { Keeper } from './keeper.ts';

type Settings = Pick<Config, 'dataFolder' | 'warehouse' | 'warehouseMemoryMb'>;

/**
 * Opens it. It is there at once and may need a while until it answers; it ships when it is started.
 * undefined: none is configured.
 * @param log hears of what is the matter: of each matter once a minute
 */
export async function openWarehouse(
  { dataFolder, warehouse, warehouseMemoryMb }: Settings,
  store: Store,
  log: (words: string) => void,
): Promise<Keeper | undefined> {
  if (warehouse === 'none') return undefined;
  const { DuckDbWarehouse } = await import('./duckdb/duckdb.ts');
  const engine = new DuckDbWarehouse({
    file: join(dataFolder, 'warehouse.duckdb'),
    columns: columnsOf(),
    memoryMb: warehouseMemoryMb,
  });
  let last = { words: '', untilMs: 0 };
  return new Keeper(store, engine, (error) => {
    const words = error instanceof Error ? error.message : String(error);
    if (words === last.words && Date.now() < last.untilMs) return;
    last = { words, untilMs: Date.now() + MINUTE_MS };
    log(`warehouse: ${words}; events wait in the store`);
  });
}
