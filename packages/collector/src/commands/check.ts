// `collector check`: whether the database is whole, by hand. It only reads, beside a running collector too.

import { defineCommand } from 'citty';
import { readConfig, UserError } from '../config.ts';
import { openForReading } from '../store/open.ts';
import { sizeText } from './progress.ts';

export const check = defineCommand({
  meta: {
    name: 'check',
    description:
      'Read all of the database, and say whether it is whole. The collector may be running',
    examples: ['check', 'check --quick'],
  },
  args: {
    quick: {
      type: 'boolean',
      default: false,
      description: 'Leave out whether indexes say what tables say: a fraction of the time',
    },
  },
  async run({ args }) {
    const store = await openForReading(readConfig(process.env));
    try {
      const { bytes } = await store.size();
      console.error(`reading ${sizeText(bytes)}`);
      const { isWhole, damage } = await store.checkIntegrity(args.quick ? 'quick' : 'thorough');
      if (isWhole) return console.log('the database is whole');
      for (const each of damage) console.log(each);
    } finally {
      await store.close();
    }
    throw new UserError(
      'the database is damaged: what is in the damaged part cannot be read, and numbers may be short. Stop the collector, keep a copy of the folder, and restore the last backup: collector restore FILE',
    );
  },
});
