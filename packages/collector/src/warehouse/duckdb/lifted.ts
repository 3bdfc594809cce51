// Properties that have a column of their own: reading one out of the JSON of five million events takes a
// second, out of a column a tenth. The first keys that a project sends get one, and are never changed: so
// every event that has the property has it in that column, and nothing is filled in later.
//
// Keys are kept as numbers, as ids are: when all events with a name are erased, so is the name.

import type { DuckDBConnection } from '@duckdb/node-api';
import { keyOfText } from './keys.ts';

/** Properties of a project that have a column. */
const PLACES = 16;
/** Keys of a project that are told apart: beyond them none is given a column any more. */
const JUDGED = 64;
/** SDKs add forty keys to an event, which would take all places before the project's own came: but these. */
const OF_SDKS = new Set(['$browser', '$device_type', '$lib', '$lib_version', '$os', '$pathname']);
/** Names whose numbers are remembered, of all projects. */
const NAMES = 10_000;
/** A text that is longer is no name for a group of events, nor of a property: names are remembered. */
const LONGEST = 64;

/** The column of a place. It is added to the table for the first project that has so many properties. */
export const liftedColumn = (place: number): string => `lifted${place}`;

/** The text of a property, as questions know it: of what is no text its JSON. */
export function textOfProperty(value: unknown): string | null {
  if (typeof value === 'string') return value;
  if (value === null || value === undefined) return null;
  if (typeof value === 'number' && !Number.isFinite(value)) return null;
  return JSON.stringify(value);
}

/** Is this a value that many events may share? Identifiers and instants are different in each. */
function isShared(value: unknown): boolean {
  if (typeof value === 'boolean' || value === null) return true;
  if (typeof value === 'number') return Math.abs(value) < 1e9;
  return typeof value === 'string' && value.length <= LONGEST && !/^[0-9a-f-]{16,}$/i.test(value);
}

/** Which properties have a column, for the connection that writes. */
export class Lifted {
  /** Project → key → place; null: it has none, for ever. Missing: not read yet. */
  private places: Map<number, Map<bigint, number | null>> | undefined;
  /** By name, so that it is not hashed for every event. */
  private readonly byName = new Map<string, number | null>();
  private fresh: [project: number, key: bigint, place: number | null][] = [];

  constructor(private readonly connection: DuckDBConnection) {}

  /** Before `placeOf`, in the transaction that writes. */
  async load(): Promise<void> {
    if (this.places) return;
    const places = new Map<number, Map<bigint, number | null>>();
    const found = await this.connection.runAndReadAll('SELECT project, key, place FROM lifted');
    for (const [project, key, place] of found.getRowsJS() as [number, bigint, number | null][]) {
      const of = places.get(project) ?? new Map<bigint, number | null>();
      places.set(project, of.set(key, place));
    }
    this.places = places;
  }

  /** The place of a property of an event; null: it has none. A key that is new may be given one. */
  placeOf(project: number, name: string, value: unknown): number | null {
    if (name.length > LONGEST || (name.startsWith('$') && !OF_SDKS.has(name))) return null;
    const known = this.byName.get(`${project} ${name}`);
    if (known !== undefined) return known;
    const place = this.placeOfKey(project, keyOfText(name), value);
    if (place !== undefined) {
      if (this.byName.size >= NAMES) this.byName.clear();
      this.byName.set(`${project} ${name}`, place);
    }
    return place ?? null;
  }

  /** After `placeOf`, in the same transaction. True: the table may have another column since. */
  async save(): Promise<boolean> {
    const { fresh } = this;
    this.fresh = [];
    for (const [project, key, place] of fresh) {
      if (place !== null) {
        const column = liftedColumn(place);
        await this.connection.run(`ALTER TABLE events ADD COLUMN IF NOT EXISTS ${column} VARCHAR`);
      }
      await this.connection.run(
        `INSERT INTO lifted VALUES ($1::INTEGER, $2::UBIGINT, $3::UTINYINT)`,
        [project, String(key), place],
      );
    }
    return fresh.length > 0;
  }

  /** What is in the table may be another than what was seen last. */
  clear(): void {
    this.places = undefined;
    this.byName.clear();
    this.fresh = [];
  }

  private placeOfKey(project: number, key: bigint, value: unknown): number | null {
    let places = this.places!.get(project);
    const known = places?.get(key);
    if (known !== undefined) return known;
    if ((places?.size ?? 0) >= JUDGED) return null;
    if (!places) {
      places = new Map();
      this.places!.set(project, places);
    }
    let taken = 0;
    for (const place of places.values()) if (place !== null) taken++;
    const place = taken < PLACES && isShared(value) ? taken : null;
    places.set(key, place);
    this.fresh.push([project, key, place]);
    return place;
  }
}

/** Key → column of the properties of a project that have one, for a connection that reads. */
export async function liftedOf(
  connection: DuckDBConnection,
  project: number,
): Promise<ReadonlyMap<bigint, string>> {
  const found = await connection.runAndReadAll(
    'SELECT key, place FROM lifted WHERE project = $1 AND place IS NOT NULL',
    [project],
  );
  const rows = found.getRowsJS() as [bigint, number][];
  return new Map(rows.map(([key, place]) => [key, liftedColumn(place)]));
}
