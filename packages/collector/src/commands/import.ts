// `collector import FOLDER`: loads an archive into the store, which may be new or have some of it.

import { resolve } from 'node:path';
import { defineCommand } from 'citty';
import { load } from '../archive/loading.ts';
import { aroundLoading } from '../archive/own.ts';
import { readConfig, UserError } from '../config.ts';
import { consumersOf } from '../consumers.ts';
import { openStore } from '../store/open.ts';
import { archiveAt } from './archive.ts';
import { progress } from './progress.ts';

export const importArchive = defineCommand({
  meta: {
    name: 'import',
    description: 'Load an archive into the store; the collector must be stopped',
    examples: ['import /backups/archive'],
  },
  args: {
    folder: { type: 'positional', required: true, description: 'The folder of the archive' },
  },
  async run({ args }) {
    const archive = archiveAt(args.folder);
    const config = readConfig(process.env);
    const store = await openStore(config, { consumers: consumersOf(config) });
    try {
      const line = progress();
      const nowMs = Date.now();
      const loading = () =>
        load(archive, store, nowMs, ({ parts, ofParts, rows }) =>
          line(`loaded ${parts} of ${ofParts} parts, ${rows} events`),
        );
      const own = config.archiveFolder;
      const loaded =
        own !== undefined && resolve(own) === archive.place
          ? await aroundLoading(store, config, own, nowMs, loading)
          : await loading();
      if (loaded.length === 0) {
        throw new UserError(
          `there is no archive in ${archive.place}, or an empty one: nothing was loaded. import takes the folder of COLLECTOR_ARCHIVE, which has manifests beside its Parquet files; what \`export\` wrote is not one`,
        );
      }
      for (const { name, madeToken, inserted, known, tooOld } of loaded) {
        console.log(`${name}: ${inserted} events loaded, ${known} were there already`);
        if (tooOld > 0) {
          console.log(
            `${name}: ${tooOld} are older than the project keeps, and were left out. To load them, raise its retention and run this again`,
          );
        }
        if (madeToken) console.log(`${name}: is new here, its token is ${madeToken}`);
      }
    } finally {
      await store.close();
    }
  },
});
