// Whether the file is whole, in SQLite's own words.

import type { Integrity } from '../store.ts';
import { type Database, explain } from './database.ts';
import { brokenText } from './texts.ts';

/** Lines of damage that are told; a damaged file has thousands. */
const LINES = 20;

/** Reads everything, and looks whether it fits together. Never throws: what it cannot read is damage. */
export function checkIntegrity(db: Database, { how }: { how: 'quick' | 'thorough' }): Integrity {
  let damage: string[];
  try {
    const pragma = how === 'quick' ? 'quick_check' : 'integrity_check';
    damage = db
      .prepare(`PRAGMA ${pragma}(${LINES})`)
      .all()
      .map((row) => String(Object.values(row)[0]));
    if (damage.length === 1 && damage[0] === 'ok') damage = [];
    // To SQLite an empty file is a whole database.
    if (!db.prepare('SELECT 1 FROM sqlite_schema').get()) {
      damage.push('the file is empty: there is no table in it');
    }
    const broken = brokenText(db);
    if (broken !== undefined) damage.push(broken);
  } catch (error) {
    damage = [explain(error)];
  }
  return { isWhole: damage.length === 0, damage, checkedMs: Date.now() };
}
