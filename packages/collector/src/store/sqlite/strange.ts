// Whether a database is one of ours: nothing in it that would act by itself (triggers, views), nothing that is
// not ours, nothing missing. What is restored runs with the rights of the collector.

import Libsql from 'libsql';
import { type Database, textOf } from './database.ts';
import { MIGRATIONS, migrate, VERSION } from './schema.ts';

/** Why a database is not one that a collector made; undefined: it is. */
export function strangeness(db: Database): string | undefined {
  const version = Number(db.prepare('PRAGMA user_version').get()?.user_version ?? 0);
  const objects = objectsOf(db);
  const acting = objects.find(({ type }) => type === 'trigger' || type === 'view');
  if (acting) return `it has a ${acting.type}, ${acting.name}, that no collector made`;
  if (version > VERSION) {
    return `it was made by a newer collector (form ${version}, this one knows ${VERSION}): use that one`;
  }
  if (version < 1) return 'it is another program’s database';
  const model = new Libsql(':memory:') as unknown as Database;
  try {
    migrate(model, MIGRATIONS.slice(0, version));
    const known = objectsOf(model);
    for (const { type, name } of known) {
      if (!objects.some((each) => each.name === name)) return `it lacks the ${type} ${name}`;
    }
    for (const { type, name } of objects) {
      if (!known.some((each) => each.name === name)) {
        return `it has a ${type}, ${name}, that no collector made`;
      }
      if (type === 'table' && !hasColumns(db, model, name)) {
        return `its table ${name} is not as a collector makes it`;
      }
    }
    return undefined;
  } finally {
    model.close();
  }
}

const objectsOf = (db: Database): { type: string; name: string }[] =>
  db
    .prepare(
      "SELECT CAST(type AS BLOB) AS type, CAST(name AS BLOB) AS name FROM sqlite_master WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND name NOT LIKE 'libsql\\_%' ESCAPE '\\'",
    )
    .all()
    .map(({ type, name }) => ({ type: textOf(type), name: textOf(name) }));

/** Plain columns, and those that belong there. Events may have more: of collectors that know more of them. */
function hasColumns(db: Database, model: Database, table: string): boolean {
  const columns = (of: Database) =>
    of
      .prepare('SELECT CAST(name AS BLOB) AS name, hidden FROM pragma_table_xinfo(?)')
      .all(table)
      .map(({ name, hidden }) => ({ name: textOf(name), hidden }));
  const here = columns(db);
  if (here.some(({ hidden }) => Number(hidden) !== 0)) return false;
  const names = new Set(here.map(({ name }) => name));
  const wanted = columns(model);
  // Of events only those that are in every version: the registry adds the others at the start.
  if (table === 'events') {
    return ['seq', 'project_id', 'uuid', 'time_ms', 'id', 'event', 'rest'].every((each) =>
      names.has(each),
    );
  }
  return wanted.length === here.length && wanted.every(({ name }) => names.has(name));
}
