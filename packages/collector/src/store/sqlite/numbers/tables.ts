// Single tables of a range, for admins and their scripts: agents, versions, commands, services,
// errors, performance. The same numbers as the summary, uncut.

import { share } from '../../../../../schema/src/counting.ts';
import type { Range, TableName } from '../../numbers.ts';
import { DIMENSION } from '../dimensions.ts';
import type { Rows } from '../reading/timed.ts';
import { durationsOf } from './durations.ts';
import { dividedOf, valuesOf } from './query.ts';

/** Name → table. */
const QUERIES = {
  /** Agents by their names. */
  agents: async (db: Rows, range: Range) =>
    (await valuesOf(db, range, DIMENSION.agent)).map(({ name, count, failed }) => ({
      agent: name,
      count,
      failures: failed,
    })),
  /** What sends: the versions of the shim. */
  versions: async (db: Rows, range: Range) =>
    (await valuesOf(db, range, DIMENSION.version)).map(({ name, count }) => ({
      version: name,
      count,
    })),
  commands: async (db: Rows, range: Range) =>
    (await valuesOf(db, range, DIMENSION.command)).map(({ name, count, failed }) => ({
      command: name,
      count,
      failures: failed,
      failure_rate: share(failed, count),
    })),
  services: async (db: Rows, range: Range) =>
    (await dividedOf(db, range, DIMENSION.service))
      .map(({ name, sub, count }) => ({ service: name, event: sub ?? '', count }))
      .sort((a, b) => b.count - a.count),
  errors: async (db: Rows, range: Range) =>
    (await dividedOf(db, range, DIMENSION.error))
      .map(({ name, sub, count }) => ({ error_type: name, command: sub ?? null, count }))
      .sort((a, b) => b.count - a.count),
  performance: async (db: Rows, range: Range) =>
    [...(await durationsOf(db, range))].map(([command, durations]) => ({ command, ...durations })),
} as const satisfies Record<TableName, unknown>;

/** One table of a range. */
export const table = (
  db: Rows,
  { table: name, range }: { table: TableName; range: Range },
): Promise<Record<string, unknown>[]> => QUERIES[name](db, range);
