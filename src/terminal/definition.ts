// What the command line knows of a command: citty's definition, with two additions of ours.
//
// `meta.examples` are shown by its help. A positional whose `valueHint` ends in `…` takes any number
// of arguments.

import type { CommandDef } from 'citty';

declare module 'citty' {
  interface CommandMeta {
    /** What somebody would type, without the program's name. */
    examples?: readonly string[];
  }
}

// biome-ignore lint/suspicious/noExplicitAny: citty's own type for a command with any arguments.
export type Command = CommandDef<any>;

/** An option or a positional. */
export interface Argument {
  readonly name: string;
  readonly type: 'boolean' | 'string' | 'positional';
  /** What stands for its value in a text: `FILE`. */
  readonly hint: string;
  readonly description: string;
  readonly isRequired: boolean;
  readonly takesMany: boolean;
}

interface Definition {
  readonly type?: Argument['type'];
  readonly valueHint?: string;
  readonly description?: string;
  readonly required?: boolean;
}

/** The options and positionals of a command, in the order in which it defines them. */
export function argumentsOf(command: Command): { options: Argument[]; positionals: Argument[] } {
  const definitions = (command.args ?? {}) as Record<string, Definition>;
  const all = Object.entries(definitions).map(([name, definition]): Argument => {
    const { type = 'boolean', valueHint, description = '', required } = definition;
    const hint = valueHint ?? name.toUpperCase();
    return {
      name,
      type,
      hint,
      description,
      isRequired: type === 'positional' && required !== false,
      takesMany: hint.endsWith('…'),
    };
  });
  return {
    options: all.filter(({ type }) => type !== 'positional'),
    positionals: all.filter(({ type }) => type === 'positional'),
  };
}
