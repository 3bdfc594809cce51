// The summary: everything the dashboard shows of a range, in one answer. docs/summary.md has its
// shape. It reads rollups only, so that a year costs no more than a month.

import { byCount, share, TOP, usesOf } from '../../../../../schema/src/counting.ts';
import type { CollectorSummary, Shared } from '../../../../../schema/src/summary.ts';
import { type ValueRule, written } from '../../../../../schema/src/values.ts';
import type { Range } from '../../numbers.ts';
import { firstDayOfMonth, firstDayOfWeek, isoDay, monthOfDay, weekOfDay } from '../../periods.ts';
import { bitsOf, KIND } from '../activity.ts';
import type { Database } from '../database.ts';
import { DIMENSION, SHARES } from '../dimensions.ts';
import { durationsOf } from './durations.ts';
import { type Counted, dividedOf, valuesOf } from './query.ts';

/** Active ids of each day, week or month that the range touches. */
function activeOf(db: Database, { project, fromDay, toDay }: Range) {
  const select = db.prepare(
    `SELECT period, n FROM active_counts
     WHERE project_id = ? AND kind = ? AND period BETWEEN ? AND ? ORDER BY period`,
  );
  const list = (kind: number, from: number, to: number, firstDay: (period: number) => number) =>
    select.all(project, kind, from, to).map((row) => ({
      start: isoDay(firstDay(Number(row.period))),
      ids: Number(row.n),
    }));
  return {
    day: list(KIND.day, fromDay, toDay, (day) => day),
    week: list(KIND.week, weekOfDay(fromDay), weekOfDay(toDay), firstDayOfWeek),
    month: list(KIND.month, monthOfDay(fromDay), monthOfDay(toDay), firstDayOfMonth),
  };
}

/** Distinct ids of the range. */
function activeIds(db: Database, { project, fromDay, toDay }: Range): number {
  const [first, last] = [monthOfDay(fromDay), monthOfDay(toDay)];
  const row = db
    .prepare(
      `SELECT count(DISTINCT id) AS n FROM active
       WHERE project_id = ? AND month BETWEEN ? AND ?
         AND CASE month WHEN ? THEN days & ? WHEN ? THEN days & ? ELSE 1 END`,
    )
    .get(
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
function activityOf(db: Database, { project, fromDay, toDay }: Range) {
  const rows = db.prepare(
    `SELECT start, dimension, sum(n) AS n, sum(failed) AS failed FROM rollups
       WHERE project_id = ? AND dimension = ? AND grain = 1 AND start BETWEEN ? AND ?
       GROUP BY start`,
  );
  const commands = new Map(
    rows
      .all(project, DIMENSION.command, fromDay, toDay)
      .map((row) => [Number(row.start), { n: Number(row.n), failed: Number(row.failed) }]),
  );
  return rows.all(project, DIMENSION.event, fromDay, toDay).map((row) => ({
    day: isoDay(Number(row.start)),
    events: Number(row.n),
    commands: commands.get(Number(row.start))?.n ?? 0,
    failures: commands.get(Number(row.start))?.failed ?? 0,
  }));
}

/** Values of a dimension, each with how often each of their events happened. */
const countedUses = (db: Database, range: Range, dimension: number) =>
  dividedOf(db, range, dimension).map(({ name, sub = '', count }) => ({ name, event: sub, count }));

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

/** The summary of a range. */
export function summary(db: Database, range: Range): CollectorSummary {
  const { project, fromDay, toDay } = range;
  const named = db.prepare('SELECT id, name FROM projects WHERE id = ?').get(project);
  const events = valuesOf(db, range, DIMENSION.event);
  const commandCounts = valuesOf(db, range, DIMENSION.command);
  const durations = durationsOf(db, range);
  const errors = dividedOf(db, range, DIMENSION.error)
    .map(({ name, sub, count }) => ({ type: name, command: sub ?? null, name, count }))
    .sort(byCount);
  const adoption = db
    .prepare(
      `SELECT first_day, count(*) AS n FROM ids
       WHERE project_id = ? AND first_day BETWEEN ? AND ? GROUP BY first_day ORDER BY first_day`,
    )
    .all(project, fromDay, toDay)
    .map((row) => ({ day: isoDay(Number(row.first_day)), new_ids: Number(row.n) }));
  const installations = Number(
    db
      .prepare('SELECT count(*) AS n FROM ids WHERE project_id = ? AND first_day <= ?')
      .get(project, toDay)?.n ?? 0,
  );
  const sum = (list: readonly { count: number }[]) =>
    list.reduce((all, { count }) => all + count, 0);
  const commands = sum(commandCounts);
  const failures = commandCounts.reduce((all, { failed }) => all + failed, 0);
  const countOf = (event: string) => events.find(({ name }) => name === event)?.count ?? 0;

  return {
    project: { id: project, name: String(named?.name ?? '') },
    from: isoDay(fromDay),
    to: isoDay(toDay),
    generated_at: new Date().toISOString(),
    totals: {
      events: sum(events),
      active_ids: activeIds(db, range),
      installations,
      new_ids: adoption.reduce((all, { new_ids }) => all + new_ids, 0),
      commands,
      failures,
      failure_rate: share(failures, commands),
      errors: sum(errors),
    },
    active: activeOf(db, range),
    adoption,
    activity: activityOf(db, range),
    events: events.slice(0, TOP).map(({ name, count }) => ({ name, count })),
    services: usesOf(countedUses(db, range, DIMENSION.service), 'service_'),
    overrides: usesOf(countedUses(db, range, DIMENSION.override), 'override_'),
    commands: commandCounts.slice(0, TOP).map(({ name, count, failed }) => ({
      name,
      count,
      failures: failed,
      failure_rate: share(failed, count),
      median_ms: durations.get(name)?.median_ms ?? null,
      p95_ms: durations.get(name)?.p95_ms ?? null,
    })),
    errors: errors.slice(0, TOP).map(({ type, command, count }) => ({ type, command, count })),
    shares: Object.fromEntries(
      SHARES.map(({ list, dimension, values }) => [
        list,
        sharesOf(merged(valuesOf(db, range, dimension), values)),
      ]),
    ),
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
