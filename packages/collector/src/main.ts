#!/usr/bin/env node
// The collector's command line.

import { stripVTControlCharacters } from 'node:util';
import { defineCommand, renderUsage, runCommand } from 'citty';

const main = defineCommand({
  meta: { name: 'collector', description: 'A home for events, on one machine, in one file' },
  subCommands: {
    serve: () => import('./commands/serve.ts').then(({ serve }) => serve),
    health: () => import('./commands/health.ts').then(({ health }) => health),
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

const rawArgs = process.argv.slice(2);
if (rawArgs.length === 0 || rawArgs.includes('--help') || rawArgs.includes('-h')) {
  const name = rawArgs[0] as keyof typeof main.subCommands | undefined;
  const found = name && Object.hasOwn(main.subCommands as object, name);
  // biome-ignore lint/suspicious/noExplicitAny: each command has arguments of its own
  const command = found ? await (main.subCommands as any)[name]() : main;
  const usage = await renderUsage(command, found ? main : undefined);
  console.log(process.stdout.isTTY ? usage : stripVTControlCharacters(usage));
} else {
  try {
    await runCommand(main, { rawArgs });
  } catch (error) {
    const { name, message, stack } = error as Error;
    const isPlain = ['UserError', 'StoreError', 'CLIError', 'ArchiveUnavailable'].includes(name);
    console.error(`collector: ${stripVTControlCharacters((isPlain ? message : stack) ?? message)}`);
    process.exit(1);
  }
}
