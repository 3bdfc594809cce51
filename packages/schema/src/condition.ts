// Fields, values and conditions as a URL has them, and back.
//
// A field is a column's name, or `prop.KEY` for a property. A condition is FIELD:OP:VALUE, and the value
// goes to the end, colons and all. In a key, `:` is written %3A and `%` is written %25. A value is a
// number, true, false or null ("none") when it looks like one, else text; a text that looks like one, or
// begins with a quote, is written as JSON: "5". Columns of text take a number for a text.

import { fieldsOf } from './fields.ts';
import { type Field, type Filter, QuestionError, type Scalar } from './question.ts';

const PROPERTY = 'prop.';
const OPS: readonly string[] = ['is', 'is_not', 'contains'];
const NUMBER = /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/;

const TYPES = new Map(fieldsOf().map(({ name, type }) => [name, type]));

/** What a column holds; undefined for a property, and for a column that is not known here. */
export const typeOf = (of: Field) => ('column' in of ? TYPES.get(of.column) : undefined);

const escaped = (name: string) => name.replaceAll('%', '%25').replaceAll(':', '%3A');
const unescaped = (name: string) =>
  name.replace(/%(25|3a)/gi, (_all, code) => (code === '25' ? '%' : ':'));

/** A field, as a URL has it. */
export const fieldText = (of: Field): string =>
  escaped('property' in of ? PROPERTY + of.property : of.column);

/**
 * The field of a text.
 * @param parameter what errors begin with
 * @throws QuestionError
 */
export function readField(parameter: string, written: string): Field {
  const name = unescaped(written);
  if (name.startsWith(PROPERTY)) return { property: name.slice(PROPERTY.length) };
  if (name === '') throw new QuestionError(`${parameter}: name a column, or prop.KEY`);
  return { column: name };
}

/** A condition, as a URL has it. */
export const filterText = (filter: Filter): string =>
  `${fieldText(filter)}:${filter.op}:${valueText(filter.value)}`;

/**
 * The condition of a text.
 * @param parameter what errors begin with
 * @throws QuestionError
 */
export function readFilter(parameter: string, written: string): Filter {
  const [name = '', op = '', ...rest] = written.split(':');
  if (rest.length === 0 || !OPS.includes(op)) {
    throw new QuestionError(
      `${parameter}: write FIELD:OP:VALUE, with one of ${OPS.join(', ')}, such as os:is:linux`,
    );
  }
  const of = readField(parameter, name);
  const type = op === 'contains' ? 'text' : typeOf(of);
  const value = readValue(parameter, rest.join(':'), type);
  return { ...of, op: op as Filter['op'], value };
}

/** A value, as a URL has it. */
export function valueText(value: Scalar): string {
  if (typeof value !== 'string') return String(value);
  const isMistaken = value.startsWith('"') || /^(null|true|false)$/.test(value);
  return isMistaken || NUMBER.test(value) ? JSON.stringify(value) : value;
}

/**
 * The value of a text, for what holds this type; undefined: for a property.
 * @throws QuestionError
 */
export function readValue(parameter: string, written: string, type: string | undefined): Scalar {
  if (written === 'null') return null;
  if (written.startsWith('"')) {
    try {
      return JSON.parse(written) as string;
    } catch {
      throw new QuestionError(
        `${parameter}: a value that begins with a quote is text of JSON, such as "5"`,
      );
    }
  }
  if (type === 'text') return written;
  if (written === 'true' || written === 'false') return written === 'true';
  const number = NUMBER.test(written) ? Number(written) : Number.NaN;
  return Number.isFinite(number) ? number : written;
}
