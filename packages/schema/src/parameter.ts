// What a parameter of a question is, and how each sort of them is read and written.

import { fieldText, readField } from './condition.ts';
import { type Field, QuestionError, type QuestionKind } from './question.ts';
import { startOfDate } from './zone.ts';

/** What a parameter is read with: the parameters that stand before it in the list. */
type Read = Readonly<Record<string, unknown>>;

/** A parameter. */
export interface Parameter {
  readonly name: string;
  /** What it is called in a question. */
  readonly key: string;
  /** Kinds of question that take it, and those that need it. */
  readonly kinds: readonly QuestionKind[];
  readonly required?: true;
  /** May be given more than once. */
  readonly isList?: true;
  /** What it is when it is missing. */
  readonly fallback?: unknown;
  readonly doc: string;
  readonly example: string;
  readonly schema: object;
  /** @throws QuestionError */
  read(texts: readonly string[], read: Read): unknown;
  // biome-ignore lint/suspicious/noExplicitAny: each knows its own value
  write(value: any): string[];
}

/** A parameter of text as it is. */
export const text = (name: string) => ({
  schema: { type: 'string' },
  read: ([value]: readonly string[]) => value,
  write: (value: string) => [value],
  name,
  key: name,
});

/** One of these words. */
export const choice = (name: string, words: readonly string[]) => ({
  ...text(name),
  schema: { type: 'string', enum: words },
  read: ([value]: readonly string[]) => {
    if (words.includes(value!)) return value;
    throw new QuestionError(`${name}: use one of ${words.join(', ')}`);
  },
});

/** A whole number. */
export const whole = (name: string) => ({
  ...text(name),
  schema: { type: 'integer', minimum: 1 },
  read: ([value]: readonly string[]) => {
    if (/^\d{1,9}$/.test(value!)) return Number(value);
    throw new QuestionError(`${name}: use a whole number`);
  },
  write: (value: number) => [String(value)],
});

/** An instant, in the zone of the question. */
export const instant = (name: string) => ({
  ...text(name),
  read: ([value]: readonly string[], { zone }: Read) =>
    instantOf(name, value!, (zone as string | undefined) ?? 'UTC'),
  write: (value: number) => [String(value)],
});

/** A column, or a property. */
export const field = (name: string) => ({
  ...text(name),
  read: ([value]: readonly string[]) => readField(name, value!),
  write: (value: Field) => [fieldText(value)],
});

/** An instant in ms. @throws QuestionError */
function instantOf(parameter: string, written: string, zone: string): number {
  if (/^\d{5,15}$/.test(written) || written === '0') return Number(written);
  const isDate = /^\d{4}-\d\d-\d\d$/.test(written);
  const isInstant = /^\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:?\d\d)$/.test(written);
  const ms = isDate ? startOfDate(zone, written) : isInstant ? Date.parse(written) : undefined;
  if (ms !== undefined && !Number.isNaN(ms)) return ms;
  throw new QuestionError(
    `${parameter}: write a date (2026-01-31), an instant (2026-01-31T12:00:00Z) or ms since 1970`,
  );
}
