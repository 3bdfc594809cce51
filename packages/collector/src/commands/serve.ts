// `collector serve`: runs until SIGTERM or SIGINT, then drains.

import { defineCommand } from 'citty';
import { startCollector } from '../collector.ts';
import { readConfig } from '../config.ts';
import type { MadeTokens } from '../first-start.ts';
import { END_MS } from '../limits.ts';

function show({ adminToken, projectToken }: MadeTokens): void {
  if (projectToken) console.log(`project token: ${projectToken}`);
  if (adminToken) {
    console.log(`admin token:   ${adminToken}`);
    console.log('               It is shown this once, and stored only as a hash. If it is');
    console.log('               lost, start with another one in COLLECTOR_ADMIN_TOKEN.');
  }
}

export const serve = defineCommand({
  meta: {
    name: 'serve',
    description: 'Receive events and show their numbers, until SIGTERM or SIGINT',
    examples: ['serve'],
  },
  args: {
    new: {
      type: 'boolean',
      description: 'Begin with nothing in a folder that has lost its database',
    },
  },
  async run({ args }) {
    const collector = await startCollector(readConfig(process.env), {
      show,
      isAnew: args.new === true,
    });
    console.log(`collector: listening on ${collector.url}`);

    const stop = (signal: NodeJS.Signals) => {
      process.removeListener('SIGTERM', stop);
      process.removeListener('SIGINT', stop);
      // Never reached, unless the disk hangs: everything slower is cut off before.
      setTimeout(() => process.exit(1), END_MS).unref();
      collector.stop().then(
        () => process.exit(0),
        (error) => {
          console.error(`collector: ${signal}: ${error instanceof Error ? error.message : error}`);
          process.exit(1);
        },
      );
    };
    process.on('SIGTERM', stop);
    process.on('SIGINT', stop);
  },
});
