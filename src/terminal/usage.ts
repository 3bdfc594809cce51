// The help of the command line and of each command, as wide as the terminal.

import { NAME } from '../generated';
import { type Argument, argumentsOf, type Command } from './definition';
import { flow, twoColumns, wrap } from './layout';
import type { Look } from './terminal';

/** A command by its name. */
export type Named = readonly [name: string, command: Command];

interface Meta {
  readonly description?: string;
  readonly hidden?: boolean;
  readonly examples?: readonly string[];
}

const metaOf = (command: Command) => (command.meta ?? {}) as Meta;

const HELP: readonly [string, string] = ['--help', 'Show this'];

function section(title: string, lines: readonly string[], { isColoured }: Look): string[] {
  return lines.length === 0 ? [] : ['', isColoured ? `\x1b[1m${title}\x1b[0m` : title, ...lines];
}

const optionText = ({ name, type, hint }: Argument) =>
  type === 'string' ? `--${name} ${hint}` : `--${name}`;

/** Commands as one would type them; a long one goes on further in. */
function typed(commands: readonly string[], columns: number): string[] {
  return commands.flatMap((each) =>
    flow(each.split(' '), { columns, first: '  ', next: '      ' }),
  );
}

/** The help of everything. */
export function usageOfAll(commands: readonly Named[], description: string, look: Look): string {
  const { columns } = look;
  const listed = commands.filter(([, command]) => metaOf(command).hidden !== true);
  const rows = listed.map(([name, command]) => [name, metaOf(command).description ?? ''] as const);
  const examples = ['status', 'enable --local', 'log --since 7d', 'report --html --open'];
  return [
    ...wrap(description, { columns }),
    ...section('USAGE', typed([`${NAME} COMMAND [OPTIONS]`], columns), look),
    ...section('COMMANDS', twoColumns(rows, { columns, indent: '  ' }), look),
    ...section(
      'EXAMPLES',
      typed(
        examples.map((each) => `${NAME} ${each}`),
        columns,
      ),
      look,
    ),
    '',
    ...wrap(
      `\`${NAME} COMMAND --help\` says more about one. In a project that is set up, the`.concat(
        ' same is there as make targets: `make analytics-status`.',
      ),
      { columns },
    ),
    '',
  ].join('\n');
}

/** The help of one command. */
export function usageOf([name, command]: Named, look: Look): string {
  const { columns } = look;
  // Without anything to choose, there is one way to type it.
  const { description = '', examples = [name] } = metaOf(command);
  const { options, positionals } = argumentsOf(command);
  const synopsis = [
    `${NAME} ${name}`,
    ...positionals.map(({ hint, isRequired }) => (isRequired ? hint : `[${hint}]`)),
    ...options.map((option) => `[${optionText(option)}]`),
  ];
  const list = (rows: readonly (readonly [string, string])[]) =>
    twoColumns(rows, { columns, indent: '  ' });
  return [
    ...wrap(description, { columns }),
    ...section('USAGE', flow(synopsis, { columns, first: '  ', next: '      ' }), look),
    ...section('ARGUMENTS', list(positionals.map((each) => [each.hint, each.description])), look),
    ...section(
      'OPTIONS',
      list([...options.map((each) => [optionText(each), each.description] as const), HELP]),
      look,
    ),
    ...section(
      'EXAMPLES',
      typed(
        examples.map((each) => `${NAME} ${each}`),
        columns,
      ),
      look,
    ),
    '',
  ].join('\n');
}
