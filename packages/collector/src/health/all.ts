// What is looked at for `/health` in a collector that runs.

import type { ArchiveStatus } from '../archive/job.ts';
import type { Integrity, Store } from '../store/store.ts';
import type { Keeper } from '../warehouse/keeper.ts';
import {
  archiveIs,
  backups,
  clockIs,
  deadLetters,
  disk,
  integrity,
  queue,
  type Writes,
  warehouseIs,
} from './checks.ts';
import type { Check } from './health.ts';

export interface Parts {
  readonly store: Store;
  readonly writes: Writes;
  readonly keeper: Keeper | undefined;
  /** Undefined: there is no archive. */
  readonly archiveStatus: () => ArchiveStatus | undefined;
  /** What the last check of the database found. */
  readonly integrity: () => Integrity | undefined;
  readonly clock: () => number;
}

/** The checks, by the names that admins see. */
export const checksOf = (parts: Parts): Record<string, Check> => {
  const { store, writes, keeper, archiveStatus, clock } = parts;
  const startMs = clock();
  return {
    store: writes.check,
    queue: queue(() => store.depth),
    dead_letters: deadLetters(() => store.deadLetters.counts(), clock),
    integrity: integrity(parts.integrity),
    clock: clockIs(() => store.clock()),
    disk: disk(() => store.size()),
    backup: backups(() => store.lastBackupMs(), startMs, clock),
    warehouse: warehouseIs(async () => keeper?.status(), clock),
    archive: archiveIs(archiveStatus, startMs, clock),
  };
};
