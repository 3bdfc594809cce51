// The words around commands: their help, in 80 columns, and what is wrong with the arguments given.

import type { ArgsDef, CommandDef } from 'citty';
import { UserError } from '../config.ts';

const COLUMNS = 80;

// biome-ignore lint/suspicious/noExplicitAny: each command has arguments of its own
export type Command = CommandDef<any>;

/** Text in lines of 80 columns, all but the first indented. A word that is longer stays whole. */
export function wrapped(text: string, indent: number, start = indent): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/)) {
    const room = COLUMNS - (lines.length === 0 ? start : indent);
    if (line !== '' && line.length + 1 + word.length > room) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line].join(`\n${' '.repeat(indent)}`);
}

const resolved = async <T>(value: unknown): Promise<T> =>
  (typeof value === 'function' ? await value() : await value) as T;

interface Shape {
  readonly args: ArgsDef;
  readonly description: string;
  readonly names: readonly string[];
}

async function shapeOf(command: Command): Promise<Shape> {
  const { description = '' } = await resolved<{ description?: string }>(command.meta ?? {});
  const args = await resolved<ArgsDef>(command.args ?? {});
  return {
    args,
    description,
    names: Object.keys(await resolved<object>(command.subCommands ?? {})),
  };
}

/** The command of the words at the start of `words`, and how many of them name it. */
export async function commandOf(main: Command, words: readonly string[]) {
  let command = main;
  let count = 0;
  for (;;) {
    const all = await resolved<Record<string, unknown>>(command.subCommands ?? {});
    const name = words[count];
    if (name === undefined || !Object.hasOwn(all, name)) return { command, count };
    command = await resolved<Command>(all[name]);
    count++;
  }
}

const isOption = (def: ArgsDef[string]) => def.type !== 'positional';
const placeholder = (name: string, { type }: ArgsDef[string]) =>
  type === 'boolean' ? `--${name}` : `--${name} ${name.toUpperCase()}`;

/** Two columns, the second one wrapped. */
function table(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([left]) => left.length)) + 4;
  return rows
    .map(([left, right]) => `  ${left.padEnd(width - 2)}${wrapped(right, width)}`)
    .join('\n');
}

/** The help of a command. `path` is how it is called, such as `collector archive verify`. */
export async function usageOf(command: Command, path: string): Promise<string> {
  const { args, description, names } = await shapeOf(command);
  const all = Object.entries(args);
  const positional = all.filter(([, def]) => !isOption(def));
  const options = all.filter(([, def]) => isOption(def));
  const words = [
    path,
    ...(names.length > 0 ? ['COMMAND'] : []),
    ...positional.map(([name, { required }]) =>
      required === false ? `[${name.toUpperCase()}]` : name.toUpperCase(),
    ),
    ...options.map(([name, def]) =>
      def.required ? placeholder(name, def) : `[${placeholder(name, def)}]`,
    ),
  ].map((word) => word.replaceAll(' ', '\u00a0')); // an option and its value stay in one line
  const parts = [
    wrapped(`${description}.`, 0),
    `Usage: ${wrapped(words.join(' '), 9, 7)}`.replaceAll('\u00a0', ' '),
  ];
  if (names.length > 0) {
    const rows = await Promise.all(
      names.map(async (name) => {
        const { description } = await shapeOf((await commandOf(command, [name])).command);
        return [name, description] as const;
      }),
    );
    parts.push(table(rows), `\`${path} COMMAND --help\` says more about one.`);
  }
  if (all.length > 0) {
    parts.push(
      table(
        all.map(([name, def]) => [
          isOption(def) ? placeholder(name, def) : name.toUpperCase(),
          String(def.description ?? ''),
        ]),
      ),
    );
  }
  parts.push(
    wrapped(
      'Settings are variables of the environment, such as COLLECTOR_DATA: docs/collector.md. It ends with 0 when it has done what it says, else with 1.',
      0,
    ),
  );
  return parts.join('\n\n');
}

/** Looks whether a command has these arguments. @throws UserError */
export async function checkArguments(
  command: Command,
  path: string,
  given: readonly string[],
): Promise<void> {
  const { args, names } = await shapeOf(command);
  const more = `\`${path} --help\` says what there is`;
  const positional = Object.entries(args).filter(([, def]) => !isOption(def));
  let count = 0;
  for (let at = 0; at < given.length; at++) {
    const word = given[at]!;
    if (!word.startsWith('-') || word === '-') {
      count++;
      if (names.length > 0) throw new UserError(`there is no command \`${path} ${word}\`: ${more}`);
      if (count > positional.length) throw new UserError(`${word} is one word too many: ${more}`);
      continue;
    }
    const [name = '', value] = word.replace(/^--?/, '').split(/=(.*)/s);
    const def = args[name] ?? (name.startsWith('no-') ? args[name.slice(3)] : undefined);
    if (!def || !isOption(def) || !word.startsWith('--')) {
      throw new UserError(`there is no option ${word.split('=')[0]} of \`${path}\`: ${more}`);
    }
    if (def.type === 'boolean') continue;
    if (value === undefined) at++;
    const text = value ?? given[at];
    if (text === undefined || text === '' || (value === undefined && text.startsWith('--'))) {
      throw new UserError(`--${name} needs a value: ${more}`);
    }
  }
  if (names.length > 0) throw new UserError(`which command? ${more}`);
  const missing = positional[count];
  if (missing && missing[1].required !== false) {
    throw new UserError(`${missing[0].toUpperCase()} is missing: ${more}`);
  }
  for (const [name, def] of Object.entries(args)) {
    const isGiven = given.some((word) => word === `--${name}` || word.startsWith(`--${name}=`));
    if (isOption(def) && def.required && !isGiven) {
      throw new UserError(`--${name} is missing: ${more}`);
    }
  }
}
