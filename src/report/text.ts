// The report for the terminal.

import type { LocalSummary, RecordSummary, Use } from '../../packages/schema/src/summary';
import { damagedInWords } from '../record/line';
import { wrap as wrapTo } from '../terminal/layout';
import { printable } from '../terminal/printable';
import type { Look } from '../terminal/terminal';
import { bar, cell, spark, styled } from './charts';
import { hoursOfDay, periodsThatFit } from './days';

const SHOWN = 10;
const NAME = { least: 8, most: 28 } as const;

/** A table's row: a name, the value its bar shows, and words behind it. */
interface Row {
  readonly name: string;
  readonly value: number;
  readonly words: string;
  /** The part of the bar that is bad news. */
  readonly bad?: number;
}

/** A duration in few characters. Rounded first: 59.97 s is a minute, not 60.0 s. */
export function duration(ms: number | null): string {
  if (ms === null) return '-';
  if (Math.round(ms) < 1_000) return `${Math.round(ms)} ms`;
  const tenths = Math.round(ms / 100);
  if (tenths < 600) return `${(tenths / 10).toFixed(1)} s`;
  const seconds = Math.round(ms / 1_000);
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  const minutes = Math.round(ms / 60_000);
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

const percent = (share: number): string => `${(share * 100).toFixed(share < 0.1 ? 1 : 0)} %`;
const number = (value: number): string => String(value).replace(/\B(?=(\d{3})+$)/g, ',');

/** Prose in lines that fit, each further in than the first one. */
const wrap = (text: string, indent: string, { columns }: Look) =>
  wrapTo(text, { columns, first: indent, next: `${indent}  ` });

function section(title: string, lines: readonly string[], look: Look): string[] {
  const heading = wrap(title, '', look).map((line) => styled(line, 'bold', look));
  return ['', ...heading, ...lines];
}

function bars(rows: readonly Row[], look: Look): string[] {
  const shown = rows.slice(0, SHOWN);
  const longest = Math.max(...shown.map(({ name }) => [...name].length));
  const words = Math.max(...shown.map((row) => row.words.length));
  const name = Math.min(
    NAME.most,
    Math.max(NAME.least, Math.min(longest, Math.floor(look.columns / 3))),
  );
  const room = Math.max(0, look.columns - name - words - 6);
  const largest = Math.max(...shown.map(({ value }) => value));
  const lines = shown.map((row) => {
    const whole = room < 4 ? '' : bar(row.value, largest, room, look);
    const badShare = row.value > 0 ? (row.bad ?? 0) / row.value : 0;
    const cut = whole.length - Math.round(whole.length * badShare);
    const drawn = styled(whole.slice(0, cut), 'bar', look) + styled(whole.slice(cut), 'bad', look);
    const filler = room < 4 ? '' : `${drawn}${' '.repeat(room - whole.length)}  `;
    return `  ${cell(printable(row.name), name)}  ${filler}${row.words}`;
  });
  const rest = rows.length - shown.length;
  return rest > 0
    ? [...lines, `  … and ${rest} more`.replace('…', look.hasBlocks ? '…' : '...')]
    : lines;
}

function activityLines(
  { grain, periods }: ReturnType<typeof periodsThatFit | typeof hoursOfDay>,
  { from, to }: LocalSummary,
  look: Look,
): string[] {
  const busiest = periods.reduce((most, each) => (each.events > most.events ? each : most));
  const line = spark(
    periods.map(({ events }) => events),
    look,
  );
  const when = grain === 'day' ? 'on' : `in the ${grain} from`;
  return [
    `  ${styled(line, 'bar', look)}`,
    ...wrap(
      `${from === to ? from : `${from} to ${to}`}; most ${when} ${busiest.start}: ${number(busiest.events)} event(s)`,
      '  ',
      look,
    ),
  ];
}

function uses(list: readonly Use[]): Row[] {
  return list
    .map(({ name, count, events }) => ({
      name,
      value: events.enabled ?? 0,
      words: `${number(events.enabled ?? 0)} / ${number(count)}`,
    }))
    .sort((a, b) => b.value - a.value);
}

function statusLines(record: RecordSummary, look: Look): string[] {
  const names = { local: 'local only', waiting: 'waiting', delivered: 'delivered' } as const;
  const lines = Object.entries(names)
    .filter(([key]) => record[key as keyof typeof names] > 0)
    .map(([key, name]) => `${number(record[key as keyof typeof names])} ${name}`);
  for (const { why, count } of record.reasons) {
    lines.push(`${number(count)} dropped: ${printable(why)}`);
  }
  if (record.unknown > 0) lines.push(`${number(record.unknown)} unknown`);
  return lines.flatMap((line) => wrap(line, '  ', look));
}

const daysOf = ({ from, to }: LocalSummary): string =>
  from === to ? `on ${from}` : `from ${from} to ${to}`;

/** The report, as lines. */
export function textReport(summary: LocalSummary, look: Look): string[] {
  const { totals, record, activity, hours } = summary;
  const damaged = damagedInWords(record.damaged);
  if (totals.events === 0) return ['No event is recorded.', ...(damaged ? [damaged] : [])];
  const lines = [
    styled(`Usage ${daysOf(summary)}`, 'bold', look),
    ...wrap(
      [
        `${number(totals.events)} event(s)`,
        `${number(totals.commands)} command(s)`,
        `${percent(totals.failure_rate)} failed`,
        `${number(totals.errors)} error(s)`,
        ...(totals.interrupted > 0 ? [`${number(totals.interrupted)} interrupted`] : []),
      ]
        .map((words) => words.replaceAll(' ', '\u00a0')) // A number and its words are in one line.
        .join(', '),
      '  ',
      look,
    ),
  ];
  const add = (title: string, content: readonly string[]) => {
    if (content.length > 0) lines.push(...section(title, content, look));
  };
  const rows = (title: string, list: readonly Row[]) => {
    if (list.length > 0) add(title, bars(list, look));
  };
  const periods = hours ? hoursOfDay(hours) : periodsThatFit(activity, look.columns - 4);
  add(`Activity by ${periods.grain}`, activityLines(periods, summary, look));
  rows('Services enabled most (enabled / all events)', uses(summary.services));
  rows('Overrides enabled most (enabled / all events)', uses(summary.overrides));
  rows(
    'Commands run most (runs, failed)',
    summary.commands.map(({ name, count, failures, failure_rate, interrupted }) => ({
      name,
      value: count,
      bad: failures,
      words:
        `${number(count)}, ${percent(failure_rate)}` +
        (interrupted > 0 ? `, ${number(interrupted)} interrupted` : ''),
    })),
  );
  rows(
    'How long they take (median / p95)',
    summary.commands
      .filter(({ median_ms }) => median_ms !== null)
      .map(({ name, median_ms, p95_ms }) => ({
        name,
        value: median_ms ?? 0,
        words: `${duration(median_ms)} / ${duration(p95_ms)}`,
      })),
  );
  rows(
    'Errors',
    summary.errors.map(({ type, command, count }) => ({
      name: command ?? '-',
      value: count,
      bad: count,
      words: `${number(count)} × ${printable(type)}`.replace('×', look.hasBlocks ? '×' : 'x'),
    })),
  );
  add('What became of the events', statusLines(record, look));
  if (damaged) lines.push('', ...wrap(damaged, '', look));
  return lines;
}
