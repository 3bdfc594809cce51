// Who keeps a copy of the store's events, by the configuration: whoever opens the store names them, and
// erasures wait for them.

import { ARCHIVE } from './archive/job.ts';
import type { Config } from './config.ts';
import { CONSUMER as WAREHOUSE } from './warehouse/keeper.ts';

/** Their names, for `openStore`. */
export const consumersOf = ({
  warehouse,
  archiveFolder,
}: Pick<Config, 'warehouse' | 'archiveFolder'>): string[] => [
  ...(warehouse === 'none' ? [] : [WAREHOUSE]),
  ...(archiveFolder === undefined ? [] : [ARCHIVE]),
];
