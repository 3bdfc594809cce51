// Checks a command's arguments against its definition, strictly: node:util's parseArgs decides,
// this file says what is wrong.
//
// No message repeats what was typed: it may be a key that got into the wrong place.

import { parseArgs } from 'node:util';
import { EXIT, UserError } from '../errors';
import { type Argument, argumentsOf, type Command } from './definition';

type Config = NonNullable<Parameters<typeof parseArgs>[0]>;

const HELP = { type: 'boolean', short: 'h' } as const;

function configOf(options: readonly Argument[], words: readonly string[], strict: boolean): Config {
  const types = options.map(({ name, type }) => [name, { type: type as 'boolean' | 'string' }]);
  return {
    args: [...words],
    options: { ...Object.fromEntries(types), help: HELP },
    allowPositionals: true,
    strict,
    tokens: true,
  };
}

/** What is wrong with the options; only asked when parseArgs has refused them. */
function explain(options: readonly Argument[], words: readonly string[]): string | undefined {
  const { tokens = [] } = parseArgs(configOf(options, words, false));
  for (const token of tokens) {
    if (token.kind !== 'option' || token.name === 'help') continue;
    const option = options.find(({ name }) => name === token.name);
    if (!option || !token.rawName.startsWith('--')) return undefined;
    const { name, hint, type } = option;
    if (type === 'boolean' && token.value !== undefined) {
      return `--${name} takes no value: it is there, or it is not.`;
    }
    if (type !== 'string') continue;
    if (token.value === undefined) return `--${name} takes a value: --${name} ${hint}.`;
    if (token.value.startsWith('-') && !token.inlineValue) {
      return `--${name} takes a value; one that begins with a dash is written --${name}=${hint}.`;
    }
  }
  return undefined;
}

/**
 * Checks them. @returns whether they ask for help.
 * @throws UserError for an option that the command does not have, one with a value too few or too
 * many, and positionals too few or too many.
 */
export function checkArguments(
  command: Command,
  name: string,
  words: readonly string[],
  help: string,
) {
  const { options, positionals } = argumentsOf(command);
  const wrong = (problem: string) => new UserError(`${problem} ${help}`, EXIT.usage);
  let parsed: ReturnType<typeof parseArgs>;
  try {
    parsed = parseArgs(configOf(options, words, true));
  } catch {
    throw wrong(explain(options, words) ?? `${name} has no such option.`);
  }
  if (parsed.values.help === true) return { isHelp: true };
  const count = parsed.positionals.length;
  const missing = positionals.filter(({ isRequired }) => isRequired)[count];
  if (missing) throw wrong(`${name} needs an argument: ${missing.hint}.`);
  if (count > positionals.length && !positionals.some(({ takesMany }) => takesMany)) {
    throw wrong(
      positionals.length === 0
        ? `${name} takes no arguments but options.`
        : `${name} takes no more arguments than ${positionals.map(({ hint }) => hint).join(' ')}.`,
    );
  }
  return { isHelp: false };
}
