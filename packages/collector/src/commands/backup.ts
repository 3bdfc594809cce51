// `collector backup FILE`: a copy of everything, while the collector runs.

import { defineCommand } from 'citty';
import { readConfig } from '../config.ts';
import { openForReading } from '../store/open.ts';
import { progress, sizeText } from './progress.ts';

export const backup = defineCommand({
  meta: {
    name: 'backup',
    description: 'Copy everything to a file and verify the copy. The collector may be running',
    examples: ['backup /backups/stats.db'],
  },
  args: {
    file: {
      type: 'positional',
      required: true,
      description: 'The file to write; one that exists is not overwritten',
    },
  },
  async run({ args }) {
    const store = await openForReading(readConfig(process.env));
    const line = progress();
    try {
      await store.backup(args.file, (done, of) =>
        line(done < of ? `copied ${sizeText(done)} of ${sizeText(of)}` : 'verifying the copy'),
      );
    } finally {
      await store.close();
    }
    console.log(`backup: ${args.file}`);
  },
});
