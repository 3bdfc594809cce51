// The command line. Each command is a file of its own and is loaded only when it is asked for.

import './process/coverage';
import { stripVTControlCharacters } from 'node:util';
import { type CommandDef, defineCommand, renderUsage, runCommand } from 'citty';
import { EXIT, isUserError, reason, systemCode, UserError } from './errors';
import { NAME, VERSION } from './generated';
import { print, warn } from './output';

// biome-ignore lint/suspicious/noExplicitAny: citty's own type for a command with any arguments.
type Command = CommandDef<any>;
type Load = () => Promise<{ default: Command }>;

// `eager` keeps everything in one file; a module still runs only when it is first asked for.
const COMMANDS: Record<string, Load> = {
  enable: () => import(/* webpackMode: "eager" */ './commands/enable'),
  disable: () => import(/* webpackMode: "eager" */ './commands/disable'),
  status: () => import(/* webpackMode: "eager" */ './commands/status'),
  'show-id': () => import(/* webpackMode: "eager" */ './commands/show-id'),
  'reset-id': () => import(/* webpackMode: "eager" */ './commands/reset-id'),
  track: () => import(/* webpackMode: "eager" */ './commands/track'),
  flush: () => import(/* webpackMode: "eager" */ './commands/flush'),
  events: () => import(/* webpackMode: "eager" */ './commands/events'),
  preview: () => import(/* webpackMode: "eager" */ './commands/preview'),
  log: () => import(/* webpackMode: "eager" */ './commands/log'),
  export: () => import(/* webpackMode: "eager" */ './commands/export'),
  report: () => import(/* webpackMode: "eager" */ './commands/report'),
  clear: () => import(/* webpackMode: "eager" */ './commands/clear'),
  forget: () => import(/* webpackMode: "eager" */ './commands/forget'),
  init: () => import(/* webpackMode: "eager" */ './commands/init'),
  collect: () => import(/* webpackMode: "eager" */ './commands/collect'),
  notice: () => import(/* webpackMode: "eager" */ './commands/notice'),
};

const main = defineCommand({
  meta: {
    name: NAME,
    version: VERSION,
    description: 'Opt-in, anonymous usage analytics for projects that people drive with make',
  },
  subCommands: Object.fromEntries(
    Object.entries(COMMANDS).map(([name, load]) => [name, () => load().then((it) => it.default)]),
  ),
});

/** The help of a command, or of all; coloured for a terminal that wants colours. */
async function usage(command?: Command): Promise<string> {
  const text = await renderUsage(command ?? main, command && main);
  const isColoured = process.stdout.isTTY && !process.env.NO_COLOR;
  return `${isColoured ? text : stripVTControlCharacters(text)}\n`;
}

/** Refuses options a command does not have, and words beyond those it takes. */
function checkWords(command: Command, name: string, words: readonly string[]): void {
  const args = (command.args ?? {}) as Record<string, { type?: string; valueHint?: string }>;
  const options = Object.keys(args).filter((key) => args[key]?.type !== 'positional');
  const positionals = Object.keys(args).length - options.length;
  const takesMany = Object.hasOwn(args, 'properties');
  let seen = 0;
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at]!;
    if (word.startsWith('-')) {
      const option = word.replace(/^--?/, '').replace(/=.*/s, '');
      if (word.startsWith('--') && options.includes(option)) {
        if (args[option]?.type !== 'string' || word.includes('=')) continue;
        at += 1; // Its value.
        if (words[at] !== undefined) continue;
        throw new UserError(
          `--${option} takes a value: --${option} ${args[option]?.valueHint ?? 'VALUE'}.`,
          EXIT.usage,
        );
      }
      throw new UserError(
        `${name} has no such option. \`${NAME} ${name} --help\` lists them.`,
        EXIT.usage,
      );
    }
    seen += 1;
  }
  if (seen > positionals && !takesMany) {
    throw new UserError(
      `${name} takes no such word. \`${NAME} ${name} --help\` says how.`,
      EXIT.usage,
    );
  }
}

async function run(words: readonly string[]): Promise<void> {
  const [name, ...rest] = words;
  if (name === undefined) {
    warn(await usage());
    throw new UserError('Which command?', EXIT.usage);
  }
  if (name === '--help' || name === '-h' || name === 'help') {
    print(await usage());
    return;
  }
  if (name === '--version' || name === '-v') {
    print(`${VERSION}\n`);
    return;
  }
  if (!Object.hasOwn(COMMANDS, name)) {
    throw new UserError(`There is no such command. \`${NAME} --help\` lists them.`, EXIT.usage);
  }
  const command = (await COMMANDS[name]!()).default;
  if (rest.includes('--help') || rest.includes('-h')) {
    print(await usage(command));
    return;
  }
  checkWords(command, name, rest);
  await runCommand(command, { rawArgs: [...rest] });
}

function fail(error: unknown): number {
  const isUsage = (error as Error).name === 'CLIError';
  if (isUserError(error) || isUsage) {
    warn(`${NAME}: ${(error as Error).message}\n`);
    return isUserError(error) ? error.exitCode : EXIT.usage;
  }
  if (process.env.ONRAMP_ANALYTICS_DEBUG === '1') console.error(error);
  else if (systemCode(error) !== undefined) {
    const path = (error as NodeJS.ErrnoException).path ?? 'a file of .onramp-analytics';
    warn(`${NAME}: ${path}: ${reason(error)}. Mend or remove it, and run the command again.\n`);
  } else {
    const hint = 'ONRAMP_ANALYTICS_DEBUG=1 shows where.';
    warn(`${NAME}: an unexpected error, which is a defect. ${hint}\n`);
  }
  return EXIT.failed;
}

run(process.argv.slice(2))
  .then(() => EXIT.ok, fail)
  // Sockets and timers of a library may still be open; everything printed is written already.
  .then((code) => process.exit(code));
