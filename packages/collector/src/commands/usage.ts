// The words around commands: their help, as wide as the terminal, and what is wrong with the arguments given.

import type { ArgsDef, CommandDef, CommandMeta } from 'citty';
import { UserError } from '../config.ts';

declare module 'citty' {
  interface CommandMeta {
    /** What somebody would type, without the name of the program. */
    examples?: readonly string[];
  }
}

/** Wider lines are hard to read; in fewer columns nothing can be laid out. */
const WIDTH = { least: 40, most: 80 };
/** With fewer columns than this beside the names, a text stands below them. */
const LEAST_BESIDE = 22;

/** How wide the help is: as the terminal or the variable COLUMNS says. */
export function columnsOf(
  stream: { readonly columns?: number | undefined },
  env: NodeJS.ProcessEnv,
): number {
  const wide = stream.columns || Number(env.COLUMNS) || WIDTH.most;
  return Math.min(WIDTH.most, Math.max(WIDTH.least, Math.floor(wide)));
}

// biome-ignore lint/suspicious/noExplicitAny: each command has arguments of its own
export type Command = CommandDef<any>;

/**
 * Text in lines of so many columns. All but the first are indented; `start` columns of that one are taken. A
 * word that is longer stays whole.
 */
export function wrapped(text: string, columns: number, indent: number, start = indent): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/[ \n]+/)) {
    const room = columns - (lines.length === 0 ? start : indent);
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
  readonly examples: readonly string[];
  readonly names: readonly string[];
}

async function shapeOf(command: Command): Promise<Shape> {
  const { description = '', examples = [] } = await resolved<CommandMeta>(command.meta ?? {});
  const args = await resolved<ArgsDef>(command.args ?? {});
  return {
    args,
    description,
    examples,
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

/** Names with a text beside each, or below where there is no room. */
function table(rows: readonly (readonly [string, string])[], columns: number): string {
  const width = Math.max(...rows.map(([left]) => left.length)) + 4;
  const isBeside = columns - width >= LEAST_BESIDE;
  return rows
    .map(([left, right]) =>
      isBeside
        ? `  ${left.padEnd(width - 2)}${wrapped(right, columns, width)}`
        : `  ${left}\n      ${wrapped(right, columns, 6)}`,
    )
    .join('\n');
}

/** The words of an example; an option and its value are one. */
const wordsOf = (example: string) => example.match(/--\w+ [^-\s]\S*|\S+/g) ?? [];

/** A command as it is typed: words with a space in them stay in one line. */
const typed = (words: readonly string[], columns: number, indent: number, start: number) =>
  wrapped(
    words.map((word) => word.replaceAll(' ', '\u00a0')).join(' '),
    columns,
    indent,
    start,
  ).replaceAll('\u00a0', ' ');

/** The help of a command. `path` is how it is called, such as `collector archive verify`. */
export async function usageOf(command: Command, path: string, columns: number): Promise<string> {
  const { args, description, examples, names } = await shapeOf(command);
  const all = Object.entries(args);
  const positional = all.filter(([, def]) => !isOption(def));
  const options = all.filter(([, def]) => isOption(def));
  const words = [
    ...path.split(' '),
    ...(names.length > 0 ? ['COMMAND'] : []),
    ...positional.map(([name, { required }]) =>
      required === false ? `[${name.toUpperCase()}]` : name.toUpperCase(),
    ),
    ...options.map(([name, def]) =>
      def.required ? placeholder(name, def) : `[${placeholder(name, def)}]`,
    ),
  ];
  const parts = [wrapped(`${description}.`, columns, 0), `Usage: ${typed(words, columns, 9, 7)}`];
  if (names.length > 0) {
    const rows = await Promise.all(
      names.map(async (name) => {
        const { description } = await shapeOf((await commandOf(command, [name])).command);
        return [name, description] as const;
      }),
    );
    parts.push(
      table(rows, columns),
      wrapped(`\`${path} COMMAND --help\` says more about one.`, columns, 0),
    );
  }
  if (all.length > 0) {
    const rows = all.map(([name, def]): readonly [string, string] => [
      isOption(def) ? placeholder(name, def) : name.toUpperCase(),
      String(def.description ?? ''),
    ]);
    parts.push(table(rows, columns));
  }
  const [program = ''] = path.split(' ');
  const lines = examples.map((each) => `  ${typed([program, ...wordsOf(each)], columns, 6, 2)}`);
  parts.push(`Examples:\n${lines.join('\n')}`);
  parts.push(
    wrapped(
      'Settings are variables of the environment, such as COLLECTOR_DATA: docs/collector.md. It ends with 0 when it has done what it says, else with 1.',
      columns,
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
