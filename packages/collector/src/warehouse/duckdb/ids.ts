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

/** An id that is not remembered. */
interface Unknown {
  readonly project: number;
  readonly key: bigint;
  readonly name: string;
}

/** What tells ids of all projects apart. */
const naming = (project: number, name: string) => `${project} ${name}`;

/** The ids of the connection that writes. */
export class Ids {
  /** Ids that are in the table. Of a text that is no Unicode, as DuckDB takes it. */
  private readonly known = new Map<string, Id>();
  /** `known` has all that are in the table: so it is while a file is filled, until they are too many. */
  private isAll = false;
  /** Project → its highest number; undefined: not read yet. */
  private highest: Map<number, number> | undefined;

  constructor(private readonly connection: DuckDBConnection) {}

  /** An id that `append` has seen. */
  of(project: number, distinctId: string): Id {
    const known = this.known.get(naming(project, distinctId));
    return known ?? this.known.get(naming(project, distinctId.toWellFormed()))!;
  }

  /** What is in the table may be another than what was seen last. */
  clear(): void {
    this.known.clear();
    this.isAll = false;
    this.highest = undefined;
  }

  /** Writes the names of ids that were not seen before, in the transaction that writes. */
  async append({ project, distinctId }: PackedRows): Promise<void> {
    if (this.known.size > KNOWN_IDS) {
      this.known.clear();
      this.isAll = false;
    }
    const highest = await this.load();
    const unknown = this.unknown(project, distinctId);
    if (!this.isAll) await this.find(unknown);
    if (unknown.size === 0) return;
    const appender = await this.connection.createAppender('ids');
    for (const [text, { project: owner, key, name }] of unknown) {
      const n = (highest.get(owner) ?? 0) + 1;
      highest.set(owner, n);
      this.known.set(text, { key, n });
      appender.appendInteger(owner);
      appender.appendUBigInt(key);
      appender.appendUInteger(n);
      appender.appendVarchar(name);
      appender.endRow();
    }
    appender.closeSync();
  }

  private async load(): Promise<Map<number, number>> {
    if (this.highest) return this.highest;
    const found = await this.connection.runAndReadAll(
      'SELECT project, max(n) FROM ids GROUP BY project',
    );
    this.highest = new Map(found.getRowsJS() as [number, number][]);
    this.isAll = this.highest.size === 0;
    return this.highest;
  }

  /** Those of these that are not remembered, each once. */
  private unknown(projects: Int32Array, distinctIds: readonly string[]): Map<string, Unknown> {
    const unknown = new Map<string, Unknown>();
    for (const [index, each] of distinctIds.entries()) {
      const project = projects[index]!;
      if (this.known.has(naming(project, each))) continue;
      const name = each.toWellFormed();
      const text = naming(project, name);
      if (this.known.has(text) || unknown.has(text)) continue;
      unknown.set(text, { project, key: keyOfText(name), name });
    }
    return unknown;
  }

  /** Remembers those of these that are in the table, and takes them out. */
  private async find(unknown: Map<string, Unknown>): Promise<void> {
    if (unknown.size === 0) return;
    await this.connection.run(
      'CREATE OR REPLACE TEMP TABLE unknown (place UINTEGER, project INTEGER, id UBIGINT)',
    );
    const appender = await this.connection.createAppender('unknown', 'main', 'temp');
    const texts = [...unknown.keys()];
    for (const [place, text] of texts.entries()) {
      const { project, key } = unknown.get(text)!;
      appender.appendUInteger(place);
      appender.appendInteger(project);
      appender.appendUBigInt(key);
      appender.endRow();
    }
    appender.closeSync();
    const found = await this.connection.runAndReadAll(
      'SELECT place, n FROM unknown JOIN ids USING (project, id)',
    );
    for (const [place, n] of found.getRowsJS() as [number, number][]) {
      const text = texts[place]!;
      this.known.set(text, { key: unknown.get(text)!.key, n });
      unknown.delete(text);
    }
  }
}
