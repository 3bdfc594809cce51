// Every question answered in plain TypeScript over plain rows: slow, short, and shared with the
// warehouse is only what a question is. Local time is asked of Intl for every event.

import type {
  Counts,
  Data,
  Field,
  Filter,
  Interval,
  Measured,
  Question,
  QuestionKind,
  Scalar,
  Within,
} from '../../../../schema/src/question.ts';
import { keyOfText } from '../../../src/warehouse/duckdb/keys.ts';
import type { Row } from '../../../src/warehouse/warehouse.ts';

const JSON_COLUMN = 'rest';
const hex = (key: bigint): string => key.toString(16).padStart(16, '0');

/** The value of a field; of a property its text. */
function cellOf(row: Row, field: Field): Scalar {
  if ('property' in field) {
    const rest = JSON.parse(String(row.values[JSON_COLUMN] ?? '{}'));
    const value = Object.hasOwn(rest, field.property) ? rest[field.property] : null;
    return value === null || typeof value === 'string' ? value : JSON.stringify(value);
  }
  if (field.column === 'event') return row.event;
  if (field.column === 'time') return row.timeMs;
  if (field.column === 'distinct_id') return row.distinctId;
  if (field.column === 'session') return row.session === null ? null : hex(keyOfText(row.session));
  return row.values[field.column] ?? null;
}

const numberOf = (value: Scalar): number | null => {
  if (value === null) return null;
  const number = Number(value === '' ? Number.NaN : value);
  return Number.isFinite(number) ? number : null;
};

export function matches(row: Row, filter: Filter): boolean {
  let value = cellOf(row, filter);
  let wanted = filter.value;
  if ('property' in filter && typeof wanted === 'number') value = numberOf(value);
  else if ('property' in filter && wanted !== null) wanted = String(wanted);
  if ('column' in filter && filter.column === 'session' && wanted !== null) {
    wanted = hex(keyOfText(String(wanted)));
  }
  if (filter.op === 'contains') return value !== null && String(value).includes(String(wanted));
  return filter.op === 'is' ? value === wanted : value !== wanted;
}

const QUARTER = 900_000;
const formats = new Map<string, Intl.DateTimeFormat>();
const labels = new Map<string, string>();

/** A label that two instants share when they lie in one interval of local time. */
export function labelOf(ms: number, zone: string, interval: Interval): string {
  const slot = Math.floor(ms / QUARTER) * QUARTER;
  const key = `${slot} ${zone} ${interval}`;
  const known = labels.get(key);
  if (known) return known;
  let format = formats.get(zone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-CA', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      timeZoneName: 'longOffset',
    });
    formats.set(zone, format);
  }
  const part = Object.fromEntries(
    format.formatToParts(slot).map((each) => [each.type, each.value]),
  );
  const date = `${part.year}-${part.month}-${part.day}`;
  const monday = new Date(date);
  monday.setUTCDate(monday.getUTCDate() - ((monday.getUTCDay() + 6) % 7));
  const label = {
    hour: `${date} ${part.hour} ${part.timeZoneName}`,
    day: date,
    week: monday.toISOString().slice(0, 10),
    month: date.slice(0, 7),
  }[interval];
  labels.set(key, label);
  return label;
}

/** Label and start of every interval of a range. */
export function intervalsOf(from: number, to: number, zone: string, interval: Interval) {
  const found: { label: string; start: number }[] = [];
  for (let at = Math.floor(from / QUARTER) * QUARTER; at < to; at += QUARTER) {
    const label = labelOf(at, zone, interval);
    if (found.at(-1)?.label === label) continue;
    let start = at;
    while (labelOf(start - QUARTER, zone, interval) === label) start -= QUARTER;
    found.push({ label, start });
  }
  return found;
}

const idsIn = (rows: readonly Row[]): number => new Set(rows.map((row) => row.distinctId)).size;

function countsOf(rows: readonly Row[]): Counts {
  const failures = rows.filter((row) => row.values.success === false).length;
  const judged = rows.filter((row) => typeof row.values.success === 'boolean').length;
  return {
    events: rows.length,
    ids: idsIn(rows),
    failures,
    judged,
    failure_rate: judged === 0 ? null : failures / judged,
  };
}

function measuredOf(rows: readonly Row[], measure: Field | undefined): Measured {
  const numbers = measure
    ? rows
        .map((row) => numberOf(cellOf(row, measure)))
        .filter((value) => value !== null)
        .sort((a, b) => a - b)
    : [];
  const rank = (q: number) => numbers[Math.max(0, Math.ceil(q * numbers.length) - 1)] ?? null;
  return { ...countsOf(rows), median: rank(0.5), p95: rank(0.95) };
}

function group<K>(rows: readonly Row[], keyOf: (row: Row) => K): Map<K, Row[]> {
  const groups = new Map<K, Row[]>();
  for (const row of rows) {
    const key = keyOf(row);
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  return groups;
}

/** As the warehouse sorts values: numbers by size, text by its bytes, none last. */
export function compare(a: Scalar, b: Scalar): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  if (typeof a === 'string') return Buffer.compare(Buffer.from(a), Buffer.from(String(b)));
  return Number(a) - Number(b);
}

const byTime = (a: Row, b: Row) => a.timeMs - b.timeMs || a.seq - b.seq;

function livesOf(rows: readonly Row[], within: Within): Row[][] {
  const actor = (row: Row) => (within === 'id' ? row.distinctId : row.session);
  const acting = rows.filter((row) => actor(row) !== null);
  return [...group(acting, actor).values()].map((life) => life.sort(byTime));
}

/** The period before, in whole local days if the range is. */
function before(from: number, to: number, zone: string): { from: number; to: number } {
  const isMidnight = (ms: number) => labelOf(ms, zone, 'day') !== labelOf(ms - 1, zone, 'day');
  if (!isMidnight(from) || !isMidnight(to)) return { from: Math.max(0, 2 * from - to), to: from };
  let start = from;
  for (const _ of intervalsOf(from, to, zone, 'day')) {
    const day = labelOf(start - 1, zone, 'day');
    start = intervalsOf(start - 1, start, zone, 'day').find(({ label }) => label === day)!.start;
  }
  return { from: start, to: from };
}

/** What the warehouse must answer. */
export function recount(all: readonly Row[], question: Question): Data[QuestionKind] {
  const { project, from, to, zone = 'UTC', where = [] } = question;
  const matching = all.filter(
    (row) => row.project === project && where.every((filter) => matches(row, filter)),
  );
  const between = (start: number, end: number) =>
    matching.filter(({ timeMs }) => timeMs >= start && timeMs < end);
  const rows = between(from, to);

  switch (question.kind) {
    case 'totals': {
      const earlier = before(from, to, zone);
      return {
        now: measuredOf(rows, question.measure),
        before: question.before
          ? measuredOf(between(earlier.from, earlier.to), question.measure)
          : null,
      };
    }
    case 'series': {
      const { interval } = question;
      const points = (start: number, end: number) =>
        intervalsOf(start, end, zone, interval).map(({ label, start: at }) => ({
          start: at,
          ...measuredOf(
            between(start, end).filter(({ timeMs }) => labelOf(timeMs, zone, interval) === label),
            question.measure,
          ),
        }));
      const earlier = before(from, to, zone);
      return {
        points: points(from, to),
        before: question.before ? points(earlier.from, earlier.to) : null,
      };
    }
    case 'breakdown': {
      const { by, order = 'events', measure, limit = 10 } = question;
      const having = rows.filter((row) => cellOf(row, by) !== null);
      const values = [...group(having, (row) => cellOf(row, by))];
      // Ids and sessions are sorted by their keys.
      const rank = (row: Row, value: Scalar) =>
        'column' in by && by.column === 'distinct_id' ? hex(keyOfText(row.distinctId)) : value;
      values.sort(
        ([a, of], [b, others]) =>
          (order === 'ids' ? idsIn(others) - idsIn(of) : 0) ||
          others.length - of.length ||
          compare(rank(of[0]!, a), rank(others[0]!, b)),
      );
      return {
        rows: values.slice(0, limit).map(([value, of]) => ({ value, ...measuredOf(of, measure) })),
        values: values.length,
        events: having.length,
      };
    }
    case 'new_ids': {
      const { interval } = question;
      const firsts = [...group(between(0, to), (row) => row.distinctId).values()]
        .map((life) => Math.min(...life.map(({ timeMs }) => timeMs)))
        .filter((first) => first >= from)
        .map((first) => labelOf(first, zone, interval));
      return {
        points: intervalsOf(from, to, zone, interval).map(({ label, start }) => ({
          start,
          ids: firsts.filter((first) => first === label).length,
        })),
      };
    }
    case 'retention': {
      const { interval = 'week' } = question;
      const intervals = intervalsOf(from, to, zone, interval);
      const lives = [...group(between(0, to), (row) => row.distinctId).values()]
        .filter((life) => life.every(({ timeMs }) => timeMs >= from))
        .map((life) => life.sort(byTime).map(({ timeMs }) => labelOf(timeMs, zone, interval)));
      return {
        cohorts: intervals.map(({ label, start }, index) => {
          const cohort = lives.filter(([first]) => first === label);
          return {
            start,
            ids: cohort.length,
            returned: intervals
              .slice(index)
              .map((later) => cohort.filter((life) => life.includes(later.label)).length),
          };
        }),
      };
    }
    case 'funnel': {
      const { steps, within = 'id' } = question;
      const reached = livesOf(rows, within).map((life) => {
        let step = 0;
        for (const row of life) if (steps[step]?.every((filter) => matches(row, filter))) step++;
        return step;
      });
      return { steps: steps.map((_, index) => reached.filter((step) => step > index).length) };
    }
    case 'paths': {
      const { by = { column: 'event' }, direction, value, within = 'session' } = question;
      const { depth = 1, limit = 10 } = question;
      const counts = new Map<string, number>();
      for (const life of livesOf(rows, within)) {
        const steps = life.filter((row) => cellOf(row, by) !== null);
        for (const [index, row] of steps.entries()) {
          if (!matches(row, { ...by, op: 'is', value })) continue;
          const path = Array.from({ length: depth + 1 }, (_, step) => {
            const at = steps[direction === 'from' ? index + step : index - step];
            return at ? cellOf(at, by) : null;
          });
          const key = JSON.stringify(path);
          counts.set(key, (counts.get(key) ?? 0) + 1);
        }
      }
      const sorted = [...counts].map(([key, count]) => ({
        path: JSON.parse(key) as Scalar[],
        count,
      }));
      sorted.sort((a, b) => {
        const order = b.count - a.count;
        const steps = a.path.map((step, index) => compare(step, b.path[index]!));
        return order || steps.find((each) => each !== 0) || 0;
      });
      return {
        paths: sorted.slice(0, limit).map(({ path, count }) => ({
          path: direction === 'from' ? path : path.reverse(),
          count,
        })),
      };
    }
    case 'events': {
      const { limit = 50 } = question;
      const latest = [...rows].sort((a, b) => byTime(b, a)).slice(0, limit);
      const last = latest.at(-1);
      return {
        events: latest.map((row) => ({
          seq: row.seq,
          time: row.timeMs,
          event: row.event,
          distinct_id: row.distinctId,
          session: row.session === null ? null : hex(keyOfText(row.session)),
          values: Object.fromEntries(
            COLUMNS.filter((column) => !('json' in column)).map(
              ({ name }) => [name, row.values[name] ?? null] as const,
            ),
          ),
          properties: JSON.parse(String(row.values.rest ?? '{}')),
        })),
        next:
          rows.length > limit && last
            ? Buffer.from(`${last.timeMs}.${last.seq}`).toString('base64url')
            : null,
      };
    }
  }
}

/** The columns of the tests. */
export const COLUMNS = [
  { name: 'command', type: 'text' },
  { name: 'country', type: 'text' },
  { name: 'success', type: 'boolean' },
  { name: 'duration_ms', type: 'number' },
  { name: 'received', type: 'time' },
  { name: 'rest', type: 'text', json: true },
] as const;
