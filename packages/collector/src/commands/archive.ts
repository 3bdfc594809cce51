// `collector archive verify`: whether the archive is what was written. It only reads, and may run beside the
// collector.

import { existsSync, statSync } from 'node:fs';
import { defineCommand } from 'citty';
import { FolderArchive } from '../archive/folder.ts';
import { verify } from '../archive/verify.ts';
import { readConfig, UserError } from '../config.ts';
import { progress, sizeText } from './progress.ts';

/** The archive that is named, or configured. @throws UserError */
export function archiveAt(folder: string | undefined): FolderArchive {
  const place = folder ?? readConfig(process.env).archiveFolder;
  if (place === undefined) {
    throw new UserError('no archive is named: give its folder, or set COLLECTOR_ARCHIVE');
  }
  if (!existsSync(place)) {
    throw new UserError(`there is no folder ${place}: nothing was archived there yet`);
  }
  if (!statSync(place).isDirectory()) {
    throw new UserError(
      `${place} is a file, and an archive is a folder, that of COLLECTOR_ARCHIVE: nothing was read. A file that \`export\` wrote is none; a backup is put in place with: collector restore FILE`,
    );
  }
  return new FolderArchive(place);
}

const verifyArchive = defineCommand({
  meta: {
    name: 'verify',
    description: 'Read every part of the archive, and compare it with its manifest',
    examples: ['archive verify', 'archive verify /backups/archive'],
  },
  args: {
    folder: {
      type: 'positional',
      required: false,
      description: 'The folder; COLLECTOR_ARCHIVE without',
    },
  },
  async run({ args }) {
    const archive = archiveAt(args.folder);
    const line = progress();
    const verdict = await verify(archive, ({ hour }) => line(`verified ${hour}`));
    const { parts, rows, bytes, faults, unnamed } = verdict;
    for (const fault of faults) console.log(fault);
    if (unnamed > 0) {
      console.log(`${unnamed} files are in no manifest: left over, or being written now`);
    }
    const sum = `${rows} events in ${parts} parts, ${sizeText(bytes)}`;
    if (faults.length > 0) {
      throw new UserError(
        `${faults.length} of ${sum} are not as they were written. Restore those files from a copy of ${archive.place}`,
      );
    }
    console.log(`the archive is whole: ${sum}`);
  },
});

export const archive = defineCommand({
  meta: {
    name: 'archive',
    description: 'Look after the archive of raw events',
    examples: ['archive verify'],
  },
  subCommands: { verify: verifyArchive },
});
