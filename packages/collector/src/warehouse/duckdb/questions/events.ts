// Events, the latest first, a page at a time.

import type { Scalar } from '../../../../../schema/src/question.ts';
import { type EventsQuestion, QuestionError } from '../../../../../schema/src/question.ts';
import type { Column } from '../../columns.ts';
import type { Reading } from '../readers.ts';
import { quoted } from '../sql.ts';
import { sessionName } from './names.ts';
import type { Result } from './questions.ts';

/** Events of a page, unless it is said. */
const LIMIT = 50;

export async function events(
  reading: Reading,
  question: EventsQuestion,
): Promise<Result<'events'>> {
  const { limit = LIMIT, cursor } = question;
  const { columns } = reading;
  const statement = reading.statement();
  const after = cursor === undefined ? undefined : cursorOf(cursor);
  const to = after ? Math.min(question.to, after.time + 1) : question.to;
  const isAfter = after
    ? `AND (time < ${statement.integer(after.time)} OR seq < ${statement.integer(after.seq)})`
    : '';
  const names = columns.map(({ name }) => quoted(name));
  const found = await reading.rows(
    statement,
    `SELECT seq, time, event, distinct_id, CAST(session AS VARCHAR), ${names.join(', ') || 'NULL'}
     FROM (SELECT * FROM events WHERE ${statement.scope({ ...question, to })} ${isAfter}
           ORDER BY time DESC, seq DESC LIMIT ${limit + 1})
     LEFT JOIN ids USING (project, id) ORDER BY time DESC, seq DESC`,
  );
  const page = found.slice(0, limit).map(([seq, time, event, id, session, ...values]) => ({
    seq: Number(seq),
    time: Number(time),
    event: String(event),
    distinct_id: String(id),
    session: sessionName(session),
    ...valuesOf(columns, values as Scalar[]),
  }));
  const hasMore = found.length > limit;
  const last = page.at(-1);
  return {
    data: {
      events: page,
      next: hasMore && last ? Buffer.from(`${last.time}.${last.seq}`).toString('base64url') : null,
    },
    hasMore,
  };
}

/** What an event has in columns, and the JSON of the rest. */
function valuesOf(columns: readonly Column[], cells: readonly Scalar[]) {
  const values: Record<string, Scalar> = {};
  let properties: Record<string, unknown> = {};
  for (const [index, { name, json }] of columns.entries()) {
    const cell = cells[index] ?? null;
    // The writer let only JSON objects in.
    if (json) properties = cell === null ? {} : JSON.parse(String(cell));
    else values[name] = cell;
  }
  return { values, properties };
}

function cursorOf(cursor: string): { time: number; seq: number } {
  const match = /^(\d{1,16})\.(\d{1,16})$/.exec(Buffer.from(cursor, 'base64url').toString());
  if (!match) throw new QuestionError('cursor: take it from the answer before');
  return { time: Number(match[1]), seq: Number(match[2]) };
}
