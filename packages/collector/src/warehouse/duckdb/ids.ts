// The names of ids are written once; events have their keys, and their numbers among those of a project.

import type { DuckDBConnection } from '@duckdb/node-api';
import { keyOfText } from './keys.ts';
import type { PackedRows } from './protocol.ts';

/** Ids whose keys are remembered. */
const KNOWN_IDS = 100_000;

/** An id in events: its key, and its number among those of its project. */
interface Id {
  readonly key: bigint;
  readonly n: number;
}

/** The ids of the connection that writes. */
export class Ids {
  /** Ids that are in the table, with their keys. */
  private readonly known = new Map<string, Id>();

  constructor(private readonly connection: DuckDBConnection) {}

  /** An id that `append` has seen. */
  of(project: number, distinctId: string): Id {
    return this.known.get(`${project} ${distinctId}`)!;
  }

  /** What is in the table may be another than what was seen last. */
  clear(): void {
    this.known.clear();
  }

  /** Writes the names of ids that were not seen before. */
  async append({ project, distinctId }: PackedRows): Promise<void> {
    if (this.known.size > KNOWN_IDS) this.known.clear();
    const fresh = new Map<string, [project: number, key: bigint, name: string]>();
    for (const [index, name] of distinctId.entries()) {
      const owner = project[index]!;
      const known = `${owner} ${name}`;
      if (!this.known.has(known)) fresh.set(known, [owner, keyOfText(name), name]);
    }
    if (fresh.size === 0) return;
    await this.connection.run(
      'CREATE OR REPLACE TEMP TABLE fresh (project INTEGER, id UBIGINT, distinct_id VARCHAR)',
    );
    const appender = await this.connection.createAppender('fresh', 'main', 'temp');
    for (const [owner, key, name] of fresh.values()) {
      appender.appendInteger(owner);
      appender.appendUBigInt(key);
      appender.appendVarchar(name);
      appender.endRow();
    }
    appender.closeSync();
    // Two texts of one key: only texts that are no Unicode, and differ in what is none.
    await this.connection.run(
      `INSERT INTO ids
       SELECT project, id, coalesce(highest, 0) + row_number() OVER (PARTITION BY project), name
       FROM (SELECT project, id, any_value(distinct_id) AS name FROM fresh
             ANTI JOIN ids USING (project, id) GROUP BY ALL)
       LEFT JOIN (SELECT project, max(n) AS highest FROM ids GROUP BY project) USING (project)`,
    );
    const found = await this.connection.runAndReadAll(
      'SELECT DISTINCT project, id, n FROM fresh JOIN ids USING (project, id)',
    );
    const numbers = new Map(
      (found.getRowsJS() as [number, bigint, number][]).map(
        ([owner, key, n]) => [`${owner} ${key}`, n] as const,
      ),
    );
    for (const [known, [owner, key]] of fresh) {
      this.known.set(known, { key, n: numbers.get(`${owner} ${key}`)! });
    }
  }
}
