// What follows the events of a value, or what came before them, and how often.
//
// Events are put in order by actor. Where a field has few values, each event becomes one whole number of its
// place in time and its value: sorting numbers is several times as quick as sorting places with texts.

import type { PathsQuestion, Scalar } from '../../../../../schema/src/question.ts';
import type { Cell, Reading } from '../readers.ts';
import type { Statement } from '../sql.ts';
import { nearSql } from './near.ts';
import { actorSql, orderSql } from './order.ts';
import { type Packing, packingOf } from './packing.ts';
import type { Result } from './questions.ts';

/** Paths of an answer, unless it is said. */
const LIMIT = 10;
/** Where fewer than one of so many events begin a path, actors without one are left out before sorting. */
const RARE = 50;
/** Where fewer than one of so many do, events of an id that are far from all of those are left out too. */
const FEW = 8;

export async function paths(reading: Reading, question: PathsQuestion): Promise<Result<'paths'>> {
  const { direction, limit = LIMIT } = question;
  const packing = await packingOf(reading, question);
  let found: Cell[][] = [];
  if (packing === undefined) found = await ofTexts(reading, question);
  else if (packing.starts > 0) found = await ofNumbers(reading, question, packing);
  return {
    data: {
      paths: found.slice(0, limit).map((cells) => {
        const path = cells.slice(0, -1) as Scalar[];
        return { path: direction === 'from' ? path : path.reverse(), count: Number(cells.at(-1)) };
      }),
    },
    hasMore: found.length > limit,
  };
}

/** The names of the steps that follow, and each of them as a window makes it of `value`. */
function stepsOf({ direction, depth = 1 }: PathsQuestion) {
  const look = direction === 'from' ? 'lead' : 'lag';
  const names = Array.from({ length: depth }, (_, index) => `step${index + 1}`);
  const ahead = (value: string) =>
    names.map((_, index) => `${look}(${value}, ${index + 1}) OVER life`);
  return { names, ahead };
}

/** The paths with the most events first; where they are even, in the order of their steps. */
const rankSql = (names: readonly string[], { limit = LIMIT }: PathsQuestion): string =>
  `ORDER BY n DESC, ${names.join(', ')} LIMIT ${limit + 1}`;

/** The actors that have an event which begins a path. */
const startersSql = (statement: Statement, actor: string, question: PathsQuestion): string => {
  const { by = { column: 'event' }, value, project } = question;
  return `SELECT DISTINCT ${actor} AS actor FROM events
    WHERE ${statement.scope(question)} AND ${statement.filter({ ...by, op: 'is', value }, project)}`;
};

/** Of a field with few values. */
function ofNumbers(reading: Reading, question: PathsQuestion, packing: Packing) {
  const { by = { column: 'event' }, within = 'session' } = question;
  const statement = reading.statement();
  const { names, ahead } = stepsOf(question);
  // The number of an id is shorter than its key.
  const actor = within === 'id' ? 'n' : actorSql(within);
  const codes = ahead('place').map((step, index) => `${packing.code(step)} AS ${names[index]}`);
  const texts = `[${packing.values.map((each) => statement.bind(each)).join(', ')}]`;
  const textOf = (code: string | number) => `${texts}[${code} + 1]`;
  const isFew = within === 'id' && packing.starts * FEW < packing.events;
  const near = isFew ? nearSql(statement, question, packing) : undefined;
  const isRare = !isFew && packing.starts * RARE < packing.events;
  const condition =
    near?.condition ??
    (isRare ? `${actor} IN (${startersSql(statement, actor, question)})` : 'true');
  return reading.rows(
    statement,
    `SELECT ${textOf(packing.start)} AS value,
       ${names.map((name) => `${textOf(name)} AS ${name}`).join(', ')}, n
     FROM (
       SELECT ${names.join(', ')}, count(*) AS n
       FROM (SELECT ${packing.code('place')} AS code, ${codes.join(', ')}
             FROM (SELECT ${actor} AS actor, ${packing.placeSql(statement)} AS place
                   FROM events ${near?.join ?? ''}
                   WHERE ${statement.scope(question)} AND ${statement.field(by)} IS NOT NULL
                   AND ${actor} IS NOT NULL AND ${condition})
             WINDOW life AS (PARTITION BY actor ORDER BY place))
       WHERE code = ${packing.start} GROUP BY ALL
     ) AS counted ${rankSql(
       names.map((_, index) => String(index + 2)),
       question,
     )}`,
  );
}

/** Of any field. */
function ofTexts(reading: Reading, question: PathsQuestion) {
  const { project, from, by = { column: 'event' }, value, within = 'session' } = question;
  const statement = reading.statement();
  const { names, ahead } = stepsOf(question);
  const actor = actorSql(within);
  const scope = statement.scope(question);
  const field = statement.field(by);
  const isStart = statement.filter({ ...by, op: 'is', value }, project);
  const steps = ahead('value').map((step, index) => `${step} AS ${names[index]}`);
  return reading.rows(
    statement,
    `WITH starts AS MATERIALIZED (${startersSql(statement, actor, question)}), lives AS (
       SELECT ${actor} AS actor, ${orderSql(from)} AS position, ${field} AS value, ${isStart} AS is_start
       FROM events WHERE ${scope} AND ${field} IS NOT NULL
       AND ${actor} IN (SELECT actor FROM starts)
     )
     SELECT value, ${names.join(', ')}, count(*) AS n
     FROM (SELECT value, is_start, ${steps.join(', ')} FROM lives
           WINDOW life AS (PARTITION BY actor ORDER BY position))
     WHERE is_start GROUP BY ALL ${rankSql(names, question)}`,
  );
}
