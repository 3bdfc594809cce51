// `collector backup FILE`: a copy of everything, while the collector runs.

import { existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { defineCommand } from 'citty';
import { readConfig, UserError } from '../config.ts';
import { explain, openReader } from '../store/database.ts';
import { DATABASE_FILE } from '../store/store.ts';

export const backup = defineCommand({
  meta: { name: 'backup', description: 'Copy the database to a file, while it is in use' },
  args: { file: { type: 'positional', required: true, description: 'The file to write' } },
  run({ args }) {
    const source = join(readConfig(process.env).dataFolder, DATABASE_FILE);
    if (!existsSync(source)) throw new UserError(`there is no database at ${source}`);
    if (existsSync(args.file)) throw new UserError(`${args.file} exists; it is not overwritten`);
    // Under another name until it is whole: half a backup must not look like one.
    const partial = `${args.file}.partial`;
    rmSync(partial, { force: true });
    try {
      const db = openReader(source);
      // Nothing of the database is changed, but SQLite counts the new file as a change.
      db.exec('PRAGMA query_only = OFF');
      db.prepare('VACUUM INTO ?').run(partial);
      db.close();
      renameSync(partial, args.file);
    } catch (error) {
      rmSync(partial, { force: true });
      throw new UserError(`no backup was made: ${explain(error)}`);
    }
    console.log(`backup: ${args.file}`);
  },
});
