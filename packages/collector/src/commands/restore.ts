// `collector restore FILE`: puts a backup in place of the database. What was there is kept beside it.

import { defineCommand } from 'citty';
import { readConfig } from '../config.ts';
import { restoreStore } from '../store/open.ts';

export const restore = defineCommand({
  meta: {
    name: 'restore',
    description:
      'Put a backup in place of the database. The collector must be stopped; what was there is kept beside it',
    examples: ['restore /backups/stats.db'],
  },
  args: {
    file: {
      type: 'positional',
      required: true,
      description: 'The backup; it is read whole before anything is changed',
    },
  },
  async run({ args }) {
    const { restored, kept } = await restoreStore(readConfig(process.env), args.file);
    console.log(`restored: ${restored}`);
    if (kept) console.log(`what was there before: ${kept}`);
  },
});
