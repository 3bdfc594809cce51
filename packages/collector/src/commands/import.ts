// `collector import`: loads an archive, or a file of `collector export`, into the store, which may be new or have
// some of it.

import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { defineCommand } from 'citty';
import { load } from '../archive/loading.ts';
import { aroundLoading } from '../archive/own.ts';
import { readConfig, UserError } from '../config.ts';
import { consumersOf } from '../consumers.ts';
import { loadFile } from '../export/reading.ts';
import { openForReading, openStore } from '../store/open.ts';
import { archiveAt } from './archive.ts';
import { projectIdOf } from './export.ts';
import { progress } from './progress.ts';

/** Loads a file that `export` wrote. @throws UserError */
async function importFile(file: string, key: string | undefined): Promise<void> {
  const config = readConfig(process.env);
  const reader = await openForReading(config);
  const id = await projectIdOf(reader, key).finally(() => reader.close());
  const store = await openStore(config, { consumers: consumersOf(config) });
  try {
    const line = progress();
    const project = store.projects.byId(id)!;
    const { inserted, known, refused } = await loadFile(file, store, project, Date.now(), (lines) =>
      line(`read ${lines} lines`),
    );
    console.log(`${project.name}: ${inserted} events loaded, ${known} were there already`);
    for (const [reason, count] of refused) {
      console.log(`${project.name}: ${count} were left out: ${reason}`);
    }
  } finally {
    await store.close();
  }
}

export const importArchive = defineCommand({
  meta: {
    name: 'import',
    description:
      'Load an archive, or a file that export wrote, into the store; the collector must be stopped',
    examples: ['import /backups/archive', 'import events.ndjson --project default'],
  },
  args: {
    folder: {
      type: 'positional',
      required: true,
      description: 'The folder of the archive, or the file: NDJSON',
    },
    project: {
      type: 'string',
      description: 'Of a file: the number or name of its project; without, the first project',
    },
  },
  async run({ args }) {
    if (statSync(args.folder, { throwIfNoEntry: false })?.isFile()) {
      await importFile(args.folder, args.project);
      return;
    }
    if (args.project !== undefined) {
      throw new UserError(
        '--project is for a file: an archive names its projects itself. Nothing was loaded; leave it out',
      );
    }
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
          `there is no archive in ${archive.place}, or an empty one: nothing was loaded. import takes the folder of COLLECTOR_ARCHIVE, which has manifests beside its Parquet files; of what \`export\` wrote, it takes a file of NDJSON`,
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
