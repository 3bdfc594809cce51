// The command line. Each command is a file of its own and is loaded only when it is asked for.

import './process/coverage';
import { runCommand } from 'citty';
import { EXIT, reason, systemCode, UserError } from './errors';
import { NAME, VERSION } from './generated';
import { print, warn } from './output';
import { environment } from './process/invocation';
import { checkArguments } from './terminal/arguments';
import type { Command } from './terminal/definition';
import { printable } from './terminal/printable';

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

const DESCRIPTION = 'Opt-in, anonymous usage analytics for projects that people drive with make';

/** The help of a command, or of all; coloured for a terminal that wants colours. */
async function usage(only?: string): Promise<string> {
  const [{ usageOf, usageOfAll }, { lookOfStdout }] = await Promise.all([
    import(/* webpackMode: "eager" */ './terminal/usage'),
    import(/* webpackMode: "eager" */ './terminal/terminal'),
  ]);
  const look = lookOfStdout(environment());
  if (only !== undefined) return usageOf([only, (await COMMANDS[only]!()).default], look);
  const named = Object.entries(COMMANDS).map(
    async ([name, load]) => [name, (await load()).default] as const,
  );
  return usageOfAll(await Promise.all(named), DESCRIPTION, look);
}

/** Runs a command line. @returns the exit status: a command may answer with one of its own. */
async function run(words: readonly string[]): Promise<number> {
  const [name, ...rest] = words;
  if (name === undefined) {
    warn(await usage());
    throw new UserError('Which command?', EXIT.usage);
  }
  if (name === '--help' || name === '-h' || name === 'help') {
    print(await usage());
    return EXIT.ok;
  }
  if (name === '--version' || name === '-v') {
    print(`${VERSION}\n`);
    return EXIT.ok;
  }
  if (!Object.hasOwn(COMMANDS, name)) {
    throw new UserError(`There is no such command. \`${NAME} --help\` lists them.`, EXIT.usage);
  }
  const command = (await COMMANDS[name]!()).default;
  const { isHelp } = checkArguments(command, name, rest, `\`${NAME} ${name} --help\` says more.`);
  if (isHelp) {
    print(await usage(name));
    return EXIT.ok;
  }
  const { result } = await runCommand(command, { rawArgs: [...rest] });
  return typeof result === 'number' ? result : EXIT.ok;
}

/** Says what went wrong. What is quoted in it may come from anywhere, so nothing of it acts. */
function complain(message: string): void {
  warn(`${NAME}: ${message.split('\n').map(printable).join('\n')}\n`);
}

function fail(error: unknown): number {
  if (error instanceof UserError) {
    complain(error.message);
    return error.exitCode;
  }
  if (process.env.ONRAMP_ANALYTICS_DEBUG === '1') console.error(error);
  else if (systemCode(error) !== undefined) {
    const path = (error as NodeJS.ErrnoException).path ?? 'a file of the record';
    complain(`${path}: ${reason(error)}. Fix this and run the command again.`);
  } else {
    complain('an unexpected error, which is a defect. ONRAMP_ANALYTICS_DEBUG=1 shows where.');
  }
  return EXIT.failed;
}

run(process.argv.slice(2))
  .catch(fail)
  // Sockets and timers of a library may still be open; everything printed is written already.
  .then((code) => process.exit(code));
