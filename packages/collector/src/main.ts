#!/usr/bin/env node
// The collector's command line.

import { stripVTControlCharacters } from 'node:util';
import { defineCommand, runCommand } from 'citty';
import { checkArguments, columnsOf, commandOf, usageOf } from './commands/usage.ts';

const main = defineCommand({
  meta: {
    name: 'collector',
    description: 'A home for events, on one machine, in one file',
    examples: ['serve', 'health', 'backup /backups/stats.db'],
  },
  subCommands: {
    serve: () => import('./commands/serve.ts').then(({ serve }) => serve),
    health: () => import('./commands/health.ts').then(({ health }) => health),
    check: () => import('./commands/check.ts').then(({ check }) => check),
    backup: () => import('./commands/backup.ts').then(({ backup }) => backup),
    rebuild: () => import('./commands/rebuild.ts').then(({ rebuild }) => rebuild),
    restore: () => import('./commands/restore.ts').then(({ restore }) => restore),
    export: () => import('./commands/export.ts').then(({ exportEvents }) => exportEvents),
    archive: () => import('./commands/archive.ts').then(({ archive }) => archive),
    import: () => import('./commands/import.ts').then(({ importArchive }) => importArchive),
    forward: () => import('./commands/forward.ts').then(({ forward }) => forward),
  },
});

// What is written here is for its owner alone: the database, backups, exports.
process.umask(0o077);

/** Mistakes of the operator, and what is the matter with files: shown without a stack. */
const PLAIN = ['UserError', 'StoreError', 'CLIError', 'ArchiveUnavailable'];

const rawArgs = process.argv.slice(2);
const { command, count } = await commandOf(main, rawArgs);
const path = ['collector', ...rawArgs.slice(0, count)].join(' ');
const rest = rawArgs.slice(count);
if (rawArgs.length === 0 || rest.includes('--help') || rest.includes('-h') || rest[0] === 'help') {
  console.log(await usageOf(command, path, columnsOf(process.stdout, process.env)));
} else {
  try {
    await checkArguments(command, path, rest);
    await runCommand(command, { rawArgs: rest });
  } catch (error) {
    const { name, message, stack } = error as Error;
    const text = PLAIN.includes(name)
      ? message
      : `something went wrong that should not: please report it.\n${stack ?? message}`;
    console.error(`collector: ${stripVTControlCharacters(text)}`);
    process.exit(1);
  }
}
