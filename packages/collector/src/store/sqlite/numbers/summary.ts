// The summary: everything the dashboard shows of a range, in one answer. docs/summary.md has its
// shape. It reads rollups only, so that a year costs no more than a month.

import { byCount, share, TOP, usesOf } from '../../../../../schema/src/counting.ts';
import type { CollectorSummary, Shared } from '../../../../../schema/src/summary.ts';
import { type ValueRule, written } from '../../../../../schema/src/values.ts';
import type { Range } from '../../numbers.ts';
import { firstDayOfMonth, firstDayOfWeek, isoDay, monthOfDay, weekOfDay } from '../../periods.ts';
import { bitsOf, KIND } from '../activity.ts';
import { textOf } from '../database.ts';
import { DIMENSION, SHARES } from '../dimensions.ts';
import type { Rows } from '../reading/timed.ts';
import { durationsOf } from './durations.ts';
import { type Counted, dividedOf, valuesOf } from './query.ts';

/** Active ids of each day, week or month that the range touches. */
async function activeOf(db: Rows, { project, fromDay, toDay }: Range) {
  const select = `SELECT period, n FROM active_counts
    WHERE project_id = ? AND kind = ? AND period BETWEEN ? AND ? ORDER BY period`;
  const list = async (
    kind: number,
    from: number,
    to: number,
    firstDay: (period: number) => number,
  ) =>
    (await db.all(select, project, kind, from, to)).map((row) => ({
      start: isoDay(firstDay(Number(row.period))),
      ids: Number(row.n),
    }));
  return {
    day: await list(KIND.day, fromDay, toDay, (day) => day),
    week: await list(KIND.week, weekOfDay(fromDay), weekOfDay(toDay), firstDayOfWeek),
    month: await list(KIND.month, monthOfDay(fromDay), monthOfDay(toDay), firstDayOfMonth),
  };
}

/** Distinct ids of the range. */
async function activeIds(db: Rows, { project, fromDay, toDay }: Range): Promise<number> {
  const [first, last] = [monthOfDay(fromDay), monthOfDay(toDay)];
  const [row] = await db.all(
    `SELECT count(DISTINCT id) AS n FROM active
     WHERE project_id = ? AND month BETWEEN ? AND ?
       AND CASE month WHEN ? THEN days & ? WHEN ? THEN days & ? ELSE 1 END`,
    project,
    first,
    last,
    first,
    bitsOf(first, fromDay, toDay),
    last,
    bitsOf(last, fromDay, toDay),
  );
  return Number(row?.n ?? 0);
}

/** Events, commands and failures of each day. */
async function activityOf(db: Rows, { project, fromDay, toDay }: Range) {
  const select = `SELECT start, dimension, sum(n) AS n, sum(failed) AS failed FROM rollups
    WHERE project_id = ? AND dimension = ? AND grain = 1 AND start BETWEEN ? AND ?
    GROUP BY start`;
  const commands = new Map(
    (await db.all(select, project, DIMENSION.command, fromDay, toDay)).map((row) => [
      Number(row.start),
      { n: Number(row.n), failed: Number(row.failed) },
    ]),
  );
  return (await db.all(select, project, DIMENSION.event, fromDay, toDay)).map((row) => ({
    day: isoDay(Number(row.start)),
    events: Number(row.n),
    commands: commands.get(Number(row.start))?.n ?? 0,
    failures: commands.get(Number(row.start))?.failed ?? 0,
  }));
}

/** Values of a dimension, each with how often each of their events happened. */
const countedUses = async (db: Rows, range: Range, dimension: number) =>
  (await dividedOf(db, range, dimension)).map(({ name, sub = '', count }) => ({
    name,
    event: sub,
    count,
  }));

/** Counts from before there was a rule for names, under the names of today. */
function merged(counts: readonly Counted[], rule: ValueRule | undefined): readonly Counted[] {
  if (!rule) return counts;
  const sums = new Map<string, Counted>();
  for (const { name, count, failed } of counts) {
    const today = written(rule, name) ?? name;
    const sum = sums.get(today);
    sums.set(today, {
      name: today,
      count: count + (sum?.count ?? 0),
      failed: failed + (sum?.failed ?? 0),
    });
  }
  return [...sums.values()].sort(byCount);
}

function sharesOf(values: readonly Counted[]): Shared[] {
  const total = values.reduce((sum, { count }) => sum + count, 0);
  // Of all, also of those that are too rare for the list.
  return values
    .slice(0, TOP)
    .map(({ name, count }) => ({ name, count, share: share(count, total) }));
}

/** How many of each share there are. */
async function allShares(db: Rows, range: Range): Promise<Record<string, Shared[]>> {
  const shares: Record<string, Shared[]> = {};
  for (const { list, dimension, values } of SHARES) {
    shares[list] = sharesOf(merged(await valuesOf(db, range, dimension), values));
  }
  return shares;
}

/** The summary of a range. */
export async function summary(db: Rows, range: Range): Promise<CollectorSummary> {
  const { project, fromDay, toDay } = range;
  const [named] = await db.all(
    'SELECT CAST(name AS BLOB) AS name FROM projects WHERE id = ?',
    project,
  );
  const events = await valuesOf(db, range, DIMENSION.event);
  const commandCounts = await valuesOf(db, range, DIMENSION.command);
  const durations = await durationsOf(db, range);
  const errors = (await dividedOf(db, range, DIMENSION.error))
    .map(({ name, sub, count }) => ({ type: name, command: sub ?? null, name, count }))
    .sort(byCount);
  const adoption = (
    await db.all(
      `SELECT first_day, count(*) AS n FROM ids
       WHERE project_id = ? AND first_day BETWEEN ? AND ? GROUP BY first_day ORDER BY first_day`,
      project,
      fromDay,
      toDay,
    )
  ).map((row) => ({ day: isoDay(Number(row.first_day)), new_ids: Number(row.n) }));
  const [all] = await db.all(
    'SELECT count(*) AS n FROM ids WHERE project_id = ? AND first_day <= ?',
    project,
    toDay,
  );
  const installations = Number(all?.n ?? 0);
  const sum = (list: readonly { count: number }[]) =>
    list.reduce((sum, { count }) => sum + count, 0);
  const commands = sum(commandCounts);
  const failures = commandCounts.reduce((all, { failed }) => all + failed, 0);
  const countOf = (event: string) => events.find(({ name }) => name === event)?.count ?? 0;

  return {
    project: { id: project, name: named ? textOf(named.name) : '' },
    from: isoDay(fromDay),
    to: isoDay(toDay),
    generated_at: new Date().toISOString(),
    totals: {
      events: sum(events),
      active_ids: await activeIds(db, range),
      installations,
      new_ids: adoption.reduce((all, { new_ids }) => all + new_ids, 0),
      commands,
      failures,
      failure_rate: share(failures, commands),
      errors: sum(errors),
    },
    active: await activeOf(db, range),
    adoption,
    activity: await activityOf(db, range),
    events: events.slice(0, TOP).map(({ name, count }) => ({ name, count })),
    services: usesOf(await countedUses(db, range, DIMENSION.service), 'service_'),
    overrides: usesOf(await countedUses(db, range, DIMENSION.override), 'override_'),
    commands: commandCounts.slice(0, TOP).map(({ name, count, failed }) => ({
      name,
      count,
      failures: failed,
      failure_rate: share(failed, count),
      median_ms: durations.get(name)?.median_ms ?? null,
      p95_ms: durations.get(name)?.p95_ms ?? null,
    })),
    errors: errors.slice(0, TOP).map(({ type, command, count }) => ({ type, command, count })),
    shares: await allShares(db, range),
    installs: {
      started: countOf('installation_started'),
      completed: countOf('installation_completed'),
      failed: countOf('installation_failed'),
    },
    // The local report has these; here everything that arrived is stored.
    waiting: 0,
    dropped: 0,
  };
}
