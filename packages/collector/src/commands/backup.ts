// `collector backup FILE`: a copy of everything, while the collector runs.

import { defineCommand } from 'citty';
import { readConfig } from '../config.ts';
import { openForReading } from '../store/open.ts';

export const backup = defineCommand({
  meta: { name: 'backup', description: 'Copy the database to a file, while it is in use' },
  args: { file: { type: 'positional', required: true, description: 'The file to write' } },
  async run({ args }) {
    const store = await openForReading(readConfig(process.env));
    await store.backup(args.file);
    await store.close();
    console.log(`backup: ${args.file}`);
  },
});
