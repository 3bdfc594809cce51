// Counts events into a summary, one by one: nothing of the single event is kept.

import { byCount, share, TOP, type UseCount, usesOf } from '../../packages/schema/src/counting';
import type { ErrorSummary, LocalSummary, RecordSummary } from '../../packages/schema/src/summary';
import type { EventRecord } from '../journal/records';
import { dayOf, type Happened, hourOf, nothingYet } from './days';

interface Command {
  count: number;
  failures: number;
  interrupted: number;
  readonly durations: number[];
}

type Counts = Map<string, number>;

const increase = (counts: Counts, name: string) => counts.set(name, (counts.get(name) ?? 0) + 1);

function at<T>(map: Map<string, T>, name: string, make: () => T): T {
  let value = map.get(name);
  if (value === undefined) {
    value = make();
    map.set(name, value);
  }
  return value;
}

/** The smallest of sorted values that at least `share` of all do not exceed; null without values. */
const quantile = (sorted: readonly number[], share: number): number | null =>
  sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? null;

const inOrder = <T>(map: ReadonlyMap<string, T>): [string, T][] =>
  [...map].sort(([a], [b]) => (a < b ? -1 : 1));

/** How often each of the events happened to each service or override. */
function* counted(uses: Map<string, Counts>): Generator<UseCount> {
  for (const [name, events] of uses) {
    for (const [event, count] of events) yield { name, event, count };
  }
}

/** Takes events; answers with their summary. */
export class Counter {
  private events = 0;
  private readonly byEvent: Counts = new Map();
  private readonly days = new Map<string, Happened>();
  /** Only while all is of one day. */
  private readonly hours = new Map<string, Happened>();
  private readonly services = new Map<string, Counts>();
  private readonly overrides = new Map<string, Counts>();
  private readonly commands = new Map<string, Command>();
  private readonly errors = new Map<string, { type: string; command: string; count: number }>();

  add({ event, timestamp, properties }: EventRecord): void {
    this.events += 1;
    increase(this.byEvent, event);
    const atMs = Date.parse(timestamp);
    const times = [at(this.days, dayOf(atMs), nothingYet)];
    if (this.days.size > 1) this.hours.clear();
    else times.push(at(this.hours, hourOf(atMs), nothingYet));
    for (const time of times) time.events += 1;
    const { service_name: service, override_name: override } = properties;
    if (typeof service === 'string') {
      increase(
        at(this.services, service, () => new Map()),
        event,
      );
    }
    if (typeof override === 'string') {
      increase(
        at(this.overrides, override, () => new Map()),
        event,
      );
    }
    if (event === 'command_executed') this.addCommand(properties, times);
    if (event === 'error_occurred') this.addError(properties);
  }

  private addCommand(
    { command, success, duration_ms }: EventRecord['properties'],
    times: readonly Happened[],
  ): void {
    const name = String(command);
    const own = at(this.commands, name, () => ({
      count: 0,
      failures: 0,
      interrupted: 0,
      durations: [],
    }));
    own.count += 1;
    if (typeof duration_ms === 'number') own.durations.push(duration_ms);
    // An interrupted command has no `success`.
    if (typeof success !== 'boolean') {
      own.interrupted += 1;
    } else if (!success) {
      own.failures += 1;
    }
    for (const time of times) {
      time.commands += 1;
      if (typeof success !== 'boolean') time.interrupted += 1;
      else if (!success) time.failures += 1;
    }
  }

  private addError({ command, error_type }: EventRecord['properties']): void {
    const type = String(error_type);
    const name = String(command);
    const key = JSON.stringify([type, name]);
    at(this.errors, key, () => ({ type, command: name, count: 0 })).count += 1;
  }

  private commandList(): LocalSummary['commands'] {
    for (const { durations } of this.commands.values()) durations.sort((a, b) => a - b);
    const list = [...this.commands].map(([name, { count, failures, interrupted, durations }]) => ({
      name,
      count,
      failures,
      interrupted,
      failure_rate: share(failures, count - interrupted),
      median_ms: quantile(durations, 0.5),
      p95_ms: quantile(durations, 0.95),
    }));
    return list.sort(byCount).slice(0, TOP);
  }

  private errorList(): ErrorSummary[] {
    const list = [...this.errors.values()].map((error) => ({ ...error, name: error.command }));
    return list
      .sort(byCount)
      .slice(0, TOP)
      .map(({ type, command, count }) => ({ type, command, count }));
  }

  /** The summary of everything so far. */
  summary(record: RecordSummary, nowMs: number): LocalSummary {
    const activity = inOrder(this.days).map(([day, happened]) => ({ day, ...happened }));
    const hours = inOrder(this.hours).map(([hour, happened]) => ({ hour, ...happened }));
    const sum = (list: Iterable<number>) => [...list].reduce((all, each) => all + each, 0);
    const commands = sum(activity.map((day) => day.commands));
    const failures = sum(activity.map((day) => day.failures));
    const interrupted = sum(activity.map((day) => day.interrupted));
    return {
      from: activity[0]?.day ?? null,
      to: activity.at(-1)?.day ?? null,
      generated_at: new Date(nowMs).toISOString(),
      totals: {
        events: this.events,
        commands,
        failures,
        interrupted,
        failure_rate: share(failures, commands - interrupted),
        errors: sum([...this.errors.values()].map((error) => error.count)),
      },
      activity,
      ...(hours.length > 0 && { hours }),
      events: [...this.byEvent].map(([name, count]) => ({ name, count })).sort(byCount),
      services: usesOf(counted(this.services), 'service_'),
      overrides: usesOf(counted(this.overrides), 'override_'),
      commands: this.commandList(),
      errors: this.errorList(),
      waiting: record.waiting,
      dropped: record.dropped,
      record,
    };
  }
}
