// Looks whether texts are texts, in the tables that are read at the start: libsql ends the whole process,
// without a word, on text that is no UTF-8, and damage that SQLite does not see may leave some.
//
// Larger tables (events, names, dead letters, installations) are read as bytes, a row at a time: `textOf`.

import { type Database, textOf } from './database.ts';

/** Few rows each. An older database has not all of them. */
const TABLES = [
  'meta',
  'projects',
  'tokens',
  'outboxes',
  'receipts',
  'erasures',
  'erasure_consumers',
  'public_months',
] as const;

/** What is wrong with the first text that is none; undefined: nothing. */
export function brokenText(db: Database): string | undefined {
  for (const table of TABLES) {
    const columns = db
      .prepare(
        `SELECT CAST(name AS BLOB) AS name FROM pragma_table_info(?) WHERE upper(type) = 'TEXT'`,
      )
      .all(table)
      .map(({ name }) => textOf(name));
    for (const column of columns) {
      const select = db.prepare(
        `SELECT CAST(${column} AS BLOB) AS text FROM ${table} WHERE ${column} IS NOT NULL AND 1 = ?`,
      );
      for (const { text } of select.iterate(1)) {
        try {
          textOf(text);
        } catch {
          return `its table ${table} is damaged: a text in ${column} is no text`;
        }
      }
    }
  }
  return undefined;
}

/** Before anything else reads them. @throws when a text is none */
export function checkTexts(db: Database): void {
  const broken = brokenText(db);
  if (broken !== undefined) throw new Error(broken);
}
