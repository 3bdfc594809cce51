// An event as one whole number: its place in time, the store's number within a millisecond, and which of few
// values it has. It sorts as the events do, and the value is in its lowest bits.

import type { PathsQuestion } from '../../../../../schema/src/question.ts';
import { columnOf } from '../../columns.ts';
import type { Reading } from '../readers.ts';
import type { Statement } from '../sql.ts';

/** Bits of the store's number that tell events of one millisecond apart, as `order.ts` has them. */
const SEQ_BITS = 21;
/** Bits of a number that has a sign. */
const BITS = 63;
/** More values than these are not few, even where there are bits for them. */
const MOST = 256;

/** How events are packed. */
export interface Packing {
  /** The values of the field; an event has the place of its own in this list, from 0. */
  readonly values: readonly string[];
  /** The value that begins a path, by its place. */
  readonly start: number;
  /** When the first and the last event with a value happened, in ms since 1970. */
  readonly first: number;
  readonly last: number;
  /** Events that have a value, and those that begin a path. */
  readonly events: number;
  readonly starts: number;
  /** The expression for an event's number. */
  placeSql(statement: Statement): string;
  /** The expression for the value's place in the list, of such a number; null of null. */
  code(place: string): string;
}

/** How the events of a question are packed; undefined: its field is no text of a column, or has many values. */
export async function packingOf(
  reading: Reading,
  question: PathsQuestion,
): Promise<Packing | undefined> {
  const { by = { column: 'event' }, value } = question;
  const statement = reading.statement();
  if (typeof value !== 'string' || !statement.isColumn(by)) return undefined;
  // Ids and sessions are kept as keys, and have many values.
  if ('column' in by && ['distinct_id', 'session'].includes(by.column)) return undefined;
  if ('column' in by && columnOf(reading.columns, by.column)?.type !== 'text') return undefined;

  const field = statement.field(by);
  const found = (await reading.rows(
    statement,
    `SELECT ${field}, count(*), min(time), max(time) FROM events
     WHERE ${statement.scope(question)} AND ${field} IS NOT NULL
     GROUP BY ${field} LIMIT ${MOST + 1}`,
  )) as [value: string, events: number, first: number, last: number][];

  const first = found.reduce((least, [, , each]) => Math.min(least, each), Number.MAX_SAFE_INTEGER);
  const last = found.reduce((most, [, , , each]) => Math.max(most, each), Number.MIN_SAFE_INTEGER);
  const codeBits = bitsFor(found.length);
  if (found.length > MOST || bitsFor(last - first + 1) + SEQ_BITS + codeBits > BITS) {
    return undefined;
  }
  // As DuckDB takes a text that is no Unicode.
  const start = found.findIndex(([each]) => each === value.toWellFormed());
  const values = found.map(([each]) => each);
  const sizeOfCode = 2 ** codeBits;
  return {
    values,
    start,
    first,
    last,
    events: found.reduce((sum, [, events]) => sum + events, 0),
    starts: found[start]?.[1] ?? 0,
    placeSql: (into) => {
      const list = values.map((each) => into.bind(each)).join(', ');
      const millisecond = 2 ** SEQ_BITS * sizeOfCode;
      return `((time - ${into.integer(first)}) * ${millisecond}
        + (seq & ${2 ** SEQ_BITS - 1}) * ${sizeOfCode}
        + list_position([${list}], ${into.field(by)}) - 1)`;
    },
    code: (place) => `(${place} & ${sizeOfCode - 1})`,
  };
}

/** Bits that tell so many things apart. */
const bitsFor = (count: number): number => Math.ceil(Math.log2(Math.max(1, count)));
