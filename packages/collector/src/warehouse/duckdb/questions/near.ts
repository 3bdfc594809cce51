// Which events of an id a path can have: to sort all of them would be most of the work.
//
// Time is cut into a few spans. A bit for each says where an id has events, another where it has one that
// begins a path. An event that comes so many steps after that one is in the same span, or in one of as many
// next spans in which the id has any. So all events of those spans, and no others, are put in order.

import type { PathsQuestion } from '../../../../../schema/src/question.ts';
import type { Statement } from '../sql.ts';
import type { Packing } from './packing.ts';

/** Spans: the bits of a whole number, with one left for its sign and one to shift into. */
const SPANS = 62;
/** Of a time that is multiplied: as many as fit below 63 bits, and into the numbers of JavaScript. */
const SHIFT = 47;
const ALL = 2n ** BigInt(SPANS) - 1n;

/** SQL for the events near those that begin a path, of each id. */
export interface Near {
  /** Joins the table of events. */
  readonly join: string;
  /** The condition on an event. */
  readonly condition: string;
}

/** Of events in scope that have a value. */
export function nearSql(statement: Statement, question: PathsQuestion, packing: Packing): Near {
  const { by = { column: 'event' }, depth = 1, direction, value, project } = question;
  const { first, last } = packing;
  // Multiplied and shifted, which costs half of a division: spans of one length, the last one not beyond 61.
  const factor = Math.floor((SPANS * 2 ** SHIFT) / (last - first + 1));
  const sinceFirst = `(((time - ${first}) * ${factor}) >> ${SHIFT})`;
  // What comes before is what comes next in spans that are counted from the last one.
  const span = direction === 'from' ? sinceFirst : `(${SPANS - 1} - ${sinceFirst})`;
  const isStart = statement.filter({ ...by, op: 'is', value }, project);
  const reached = Array.from({ length: depth + 1 }, (_, step) => `reached${step}`);
  const nexts = reached
    .slice(1)
    .map((name, step) => `${nextSql(`reached${step}`, 'present')} AS ${name}`);
  return {
    join: `JOIN (
      SELECT n, bit_or(bit) AS present, bit_or(bit) FILTER (is_start) AS reached0,
        ${nexts.join(', ')}, ${reached.join(' | ')} AS spans
      FROM (SELECT n, 1::BIGINT << ${span} AS bit, ${isStart} AS is_start FROM events
            WHERE ${statement.scope(question)} AND ${statement.field(by)} IS NOT NULL)
      GROUP BY n HAVING reached0 > 0
    ) AS near USING (n)`,
    condition: `(near.spans >> ${span}) & 1 = 1`,
  };
}

/**
 * Of each bit in `of` the next higher one in `present`, which has all bits of `of`: adding one above it
 * carries over the bits that are not present.
 */
const nextSql = (of: string, present: string): string =>
  `(((${of} << 1) + xor(${ALL}, ${present})) & ${present})`;
