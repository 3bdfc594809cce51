// Data folders as the collector 1.0.0 left them.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openDatabase } from '../../src/store/sqlite/database';
import { TOKEN } from './collector';

/** Makes one with a project, and one event of 1 November 2026. */
export function makeFolderOf100(folder: string): void {
  const db = openDatabase(join(folder, 'collector.db'));
  db.exec(readFileSync(join(import.meta.dirname, 'schema-1.0.0.sql'), 'utf8'));
  db.exec(`
    PRAGMA user_version = 1;
    INSERT INTO projects (id, name, token, retention_days, created_ms)
      VALUES (1, 'default', '${TOKEN}', 36500, 0);
    INSERT INTO ids (id, project_id, distinct_id, first_day) VALUES (1, 1, 'someone', 20758);
    INSERT INTO events (project_id, uuid, time_ms, id, event, command, success, duration_ms, node, rest)
      VALUES (1, x'0102030405060708090a0b0c0d0e0f10', 1793491200000, 1, 'command_executed',
              'up', 0, 7, '20.1.0', '{"x":[1]}');
  `);
  db.close();
}

/**
 * Makes one of a folder of this version: what 1.0.0 had columns for, and no more. `default` has the token of
 * tests, in clear.
 */
export function copyAsFolderOf100(from: string, folder: string): void {
  const db = openDatabase(join(folder, 'collector.db'));
  db.exec(readFileSync(join(import.meta.dirname, 'schema-1.0.0.sql'), 'utf8'));
  db.exec(`PRAGMA user_version = 1; ATTACH '${join(from, 'collector.db')}' AS later;`);
  for (const table of [
    'projects',
    'ids',
    'events',
    'dimension_values',
    'rollups',
    'active',
    'active_counts',
  ]) {
    const columns = db
      .prepare('SELECT name FROM pragma_table_info(?)')
      .all(table)
      .map(({ name }) => String(name))
      .join(', ');
    db.exec(`INSERT INTO main.${table} (${columns}) SELECT ${columns} FROM later.${table}`);
  }
  db.exec(`UPDATE main.projects SET token = '${TOKEN}' WHERE name = 'default'; DETACH later;`);
  db.close();
}
