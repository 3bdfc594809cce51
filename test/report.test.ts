// report: the numbers are right, and the terminal gets what it can show.

import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { duration as onPage } from '../packages/dashboard/src/format';
import { isSummary, type LocalSummary } from '../packages/schema/src/summary';
import { Counter } from '../src/report/count';
import { dayOf, periodsThatFit } from '../src/report/days';
import { duration, textReport } from '../src/report/text';
import { type Host, makeHost } from './support/host';
import { writeJournal } from './support/journal';
import { hasPty, onTerminal } from './support/pty';

const ESCAPE = '\u001b[';
const pty = hasPty();
if (!pty) console.warn('\n!!! NO `script` HERE: what a terminal shows is NOT TESTED.\n');

type Properties = Record<string, string | number | boolean>;

describe('report', () => {
  let host: Host;

  beforeEach(async () => {
    host = await makeHost();
  });
  afterEach(() => host.remove());

  const summary = async (...args: string[]) =>
    JSON.parse((await host.shim(['report', '--json', ...args])).stdout) as LocalSummary;

  it('what was turned off without Node waits no more', async () => {
    writeJournal(host.root, { delivered: 2, waiting: 3 });
    host.write('.git/onramp-analytics/discard', '');
    const { record } = await summary();
    expect(record).toMatchObject({ waiting: 0, dropped: 3, delivered: 2 });
    expect(record.reasons).toEqual([{ why: expect.any(String), count: 3 }]);
  });

  /** The summary, counted a second time, in the plainest way. */
  function counted() {
    const events = host.records().filter((record) => record && 'event' in record) as {
      event: string;
      timestamp: string;
      properties: Properties;
    }[];
    const commands = events.filter(({ event }) => event === 'command_executed');
    const byName = new Map<string, typeof commands>();
    for (const command of commands) {
      const name = String(command.properties.command);
      byName.set(name, [...(byName.get(name) ?? []), command]);
    }
    const rank = (list: number[], share: number) =>
      list.sort((a, b) => a - b)[Math.ceil(list.length * share) - 1];
    return {
      events,
      commands: [...byName].map(([name, list]) => {
        const durations = list.map(({ properties }) => Number(properties.duration_ms));
        return {
          name,
          count: list.length,
          failures: list.filter(({ properties }) => properties.success === false).length,
          median_ms: rank(durations, 0.5),
          p95_ms: rank(durations, 0.95),
        };
      }),
    };
  }

  describe('as numbers', () => {
    beforeEach(() => {
      writeJournal(host.root, { delivered: 3000, dropped: 20, local: 300, waiting: 70 });
    });

    it('counts commands, failures and exact quantiles', async () => {
      const expected = counted();
      const { commands, totals } = await summary();
      expect(totals.events).toBe(expected.events.length);
      expect(commands).toHaveLength(expected.commands.length);
      for (const command of expected.commands) {
        expect(commands.find(({ name }) => name === command.name)).toMatchObject(command);
      }
      const sum = (list: number[]) => list.reduce((all, each) => all + each, 0);
      expect(totals.failures).toBe(sum(expected.commands.map(({ failures }) => failures)));
    });

    it('counts services, overrides, errors and days', async () => {
      const { events } = counted();
      const { services, overrides, errors, activity, totals } = await summary();
      const count = (event: string, key: string, value: string) =>
        events.filter((each) => each.event === event && each.properties[key] === value).length;
      for (const { name, events: kinds } of services) {
        expect(kinds.enabled).toBe(count('service_enabled', 'service_name', name));
        expect(kinds.started).toBe(count('service_started', 'service_name', name));
      }
      for (const { name, events: kinds } of overrides) {
        expect(kinds.enabled).toBe(count('override_enabled', 'override_name', name));
      }
      expect(totals.errors).toBe(events.filter(({ event }) => event === 'error_occurred').length);
      expect(errors.reduce((sum, error) => sum + error.count, 0)).toBe(totals.errors);
      expect(activity.reduce((sum, day) => sum + day.events, 0)).toBe(totals.events);
    });

    it('tells what became of the events, and why some were dropped', async () => {
      expect((await summary()).record).toEqual({
        local: 300,
        waiting: 70,
        delivered: 3000,
        dropped: 20,
        unknown: 0,
        reasons: [{ why: 'the server rejected it (HTTP 400)', count: 20 }],
        damaged: 0,
      });
    });

    it('are what the page takes', async () => {
      expect(isSummary(await summary())).toBe(true); // The compiler holds the shapes together.
    });

    it('counts no uuid twice', async () => {
      const before = await summary();
      const [line] = host.read('.git/onramp-analytics/journal.ndjson').split('\n');
      appendFileSync(host.journal, `${line}\n`);
      expect((await summary()).totals).toEqual(before.totals);
    });

    it('takes only what is asked for', async () => {
      const since = String(host.records().at(-37)?.timestamp);
      const { record, totals } = await summary('--since', since);
      expect(totals.events).toBe(37);
      expect(record.waiting).toBe(37);
    });

    it('counts damaged lines, and goes on', async () => {
      appendFileSync(host.journal, 'damaged\n{"uuid":"cut');
      expect((await summary()).record.damaged).toBe(2);
      expect((await host.shim(['report'])).stdout).toContain('2 damaged line(s)');
    });
  });

  it('answers with nothing, and no error, where nothing was recorded', async () => {
    const { stdout, status } = await host.shim(['report']);
    expect({ stdout, status }).toEqual({ stdout: 'No event is recorded.\n', status: 0 });
    expect((await summary()).totals.events).toBe(0);
    expect(existsSync(join(host.root, '.git/onramp-analytics'))).toBe(false);
  });

  describe('as text', () => {
    beforeEach(() => {
      writeJournal(host.root, { delivered: 3000, waiting: 70 });
    });

    it('is plain where stdout is no terminal', async () => {
      const { stdout } = await host.shim(['report'], { LC_ALL: 'C.UTF-8', TERM: 'xterm' });
      expect(stdout).toMatch(/^[\n\u0020-\u007e]*$/);
      for (const heading of ['Activity by day', 'Services', 'Commands', 'Errors', '70 waiting']) {
        expect(stdout).toContain(heading);
      }
    });

    it.each([40, 80])('fits %d columns where stdout is no terminal', async (columns) => {
      const { stdout } = await host.shim(['report'], { COLUMNS: String(columns) });
      const widths = stdout.split('\n').map((line) => [...line].length);
      expect(Math.max(...widths), stdout).toBeLessThanOrEqual(columns);
      expect(stdout).toContain('median / p95');
      // A number and its words are in one line.
      expect(stdout).toMatch(/[\d,]+ event\(s\), [\d,]+ command\(s\),\s+[\d.]+ % failed, /);
    });

    it.runIf(pty)('fits every width of terminal', async () => {
      for (const columns of [40, 60, 80, 118]) {
        const env = { LC_ALL: 'C.UTF-8', NO_COLOR: '1' };
        const { stdout } = await onTerminal(['report'], { cwd: host.root, env, columns });
        const widths = stdout.split(/\r?\n/).map((line) => [...line].length);
        expect(Math.max(...widths), `${columns} columns:\n${stdout}`).toBeLessThanOrEqual(columns);
        expect(stdout).toContain('█');
      }
    });

    it.runIf(pty)('has colours on a terminal, but not with NO_COLOR', async () => {
      const options = { cwd: host.root, env: { LC_ALL: 'C.UTF-8' } };
      expect((await onTerminal(['report'], options)).stdout).toContain(ESCAPE);
      const env = { ...options.env, NO_COLOR: '1' };
      expect((await onTerminal(['report'], { ...options, env })).stdout).not.toContain(ESCAPE);
    });

    it.runIf(pty)('draws with plain letters where the terminal knows no others', async () => {
      const { stdout } = await onTerminal(['report'], { cwd: host.root, env: { LC_ALL: 'C' } });
      expect(stdout).toContain('####');
      expect(stdout).not.toContain('█');
    });
  });

  describe('as HTML', () => {
    it('writes one file into the record folder and names it', async () => {
      writeJournal(host.root, { delivered: 300 });
      const { stdout, status } = await host.shim(['report', '--html']);
      expect(status).toBe(0);
      const file = stdout.trim();
      expect(file).toBe(join(host.record, 'report.html'));
      const page = readFileSync(file, 'utf8');
      expect(page).toMatch(/^<!doctype html>/);
      expect(page).not.toMatch(/(src|href)="(?!data:|#)/);
    });

    it('writes it where it is asked to', async () => {
      writeJournal(host.root, { delivered: 300 });
      await host.shim(['report', '--html', 'mine.html']);
      expect(host.read('mine.html')).toContain('application/json');
    });

    it('opens it where there is something to open it with, and says so where there is not', async () => {
      writeJournal(host.root, { delivered: 300 });
      const folder = join(host.root, 'tools');
      mkdirSync(folder);
      const node = process.env.TEST_NODE ?? process.execPath;
      const bare = { PATH: `${folder}:${dirname(node)}` };
      const missing = await host.shim(['report', '--html', '--open'], { PATH: folder });
      expect(missing.status).toBe(0);
      expect(missing.stderr).toContain('open the file in a browser');
      for (const name of ['xdg-open', 'open']) {
        writeFileSync(join(folder, name), `#!/bin/sh\necho "$1" >'${folder}/opened'\n`, {
          mode: 0o755,
        });
      }
      const { stdout } = await host.shim(['report', '--html', '--open'], bare);
      await expect.poll(() => existsSync(join(folder, 'opened'))).toBe(true);
      await expect.poll(() => readFileSync(join(folder, 'opened'), 'utf8')).toBe(stdout);
    });

    it('refuses a file without --html', async () => {
      expect((await host.shim(['report', 'mine.html'])).status).toBe(2);
      expect((await host.shim(['report', '--open'])).status).toBe(2);
    });
  });
});

const LOOK = { columns: 80, isColoured: false, hasBlocks: false };

const NOTHING = {
  local: 0,
  waiting: 0,
  delivered: 0,
  dropped: 0,
  unknown: 0,
  reasons: [],
  damaged: 0,
};

/** The summary of events, without a journal. */
function summaryOf(
  events: readonly [event: string, atMs: number, properties: Properties][],
): LocalSummary {
  const counter = new Counter();
  for (const [event, atMs, properties] of events) {
    const timestamp = new Date(atMs).toISOString();
    counter.add({ uuid: '', event, timestamp, distinct_id: '', properties });
  }
  return counter.summary(NOTHING, Date.now());
}

const ran = (properties: Properties, atMs = Date.now()) =>
  ['command_executed', atMs, { command: 'up', ...properties }] as [string, number, Properties];

describe('the quantiles', () => {
  it('are the nearest rank of all values, in any order', () => {
    const values = fc.array(fc.integer({ min: 0, max: 1e9 }), { minLength: 1 });
    fc.assert(
      fc.property(values, (list) => {
        const [command] = summaryOf(list.map((duration_ms) => ran({ duration_ms }))).commands;
        const sorted = [...list].sort((a, b) => a - b);
        const rank = (share: number) => sorted[Math.ceil(list.length * share) - 1];
        expect(command).toMatchObject({ median_ms: rank(0.5), p95_ms: rank(0.95) });
      }),
    );
    expect(summaryOf([ran({})]).commands[0]).toMatchObject({ median_ms: null, p95_ms: null });
  });
});

describe('a command that was interrupted', () => {
  const summary = summaryOf([
    ran({ success: true, duration_ms: 5 }),
    ran({ success: false, duration_ms: 5 }),
    ran({}),
    ran({}),
  ]);

  it('is no failure, and in no failure rate', () => {
    const counts = { failures: 1, interrupted: 2, failure_rate: 0.5 };
    expect(summary.totals).toMatchObject({ commands: 4, ...counts });
    expect(summary.commands).toMatchObject([{ name: 'up', count: 4, ...counts }]);
    expect(summary.activity).toMatchObject([{ commands: 4, failures: 1, interrupted: 2 }]);
    expect(summaryOf([ran({})]).totals.failure_rate).toBe(0);
  });

  it('is shown as what it is', () => {
    const text = textReport(summary, LOOK).join('\n');
    expect(text).toContain('50 % failed');
    expect(text).toContain('2 interrupted');
  });
});

describe('a duration', () => {
  const CASES = [
    [null, '-'],
    [0, '0 ms'],
    [999, '999 ms'],
    [1_000, '1.0 s'],
    [59_949, '59.9 s'],
    [59_950, '1 min 0 s'],
    [119_499, '1 min 59 s'],
    [119_700, '2 min 0 s'],
    [3_599_499, '59 min 59 s'],
    [3_599_500, '1 h 0 min'],
    [10_000_000, '2 h 47 min'],
  ] as const;

  it.each(CASES)('of %s ms is %s, in the terminal and on the page', (ms, text) => {
    expect(duration(ms)).toBe(text);
    if (ms !== null) expect(onPage(ms)).toBe(text);
  });

  it('never has sixty seconds or sixty minutes', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 31 * 86_400_000 }), (ms) => {
        expect(duration(ms)).not.toMatch(/\b60(\.0)? (s|min)\b/);
      }),
    );
  });
});

describe('the activity', () => {
  const DAY_MS = 86_400_000;
  const begin = Date.parse('2026-01-07T12:00');
  const over = (days: number) =>
    summaryOf(Array.from({ length: days }, (_, index) => ran({}, begin + index * DAY_MS)));

  it.each([
    [70, 'day', 70],
    [76, 'day', 76],
    [77, 'week', 12],
    [400, 'week', 58],
    [900, 'month', 30],
    [4_000, 'year', 11],
  ])('of %d days is drawn by %s, all of it', (days, grain, length) => {
    const { activity } = over(days);
    const drawn = periodsThatFit(activity, 76);
    expect(drawn.grain).toBe(grain);
    expect(drawn.periods).toHaveLength(length);
    const sum = drawn.periods.reduce((all, { events }) => all + events, 0);
    expect(sum).toBe(days);
    expect(drawn.periods[0]!.start <= activity[0]!.day).toBe(true);
  });

  it('has its hours where all of it is of one day, and only there', () => {
    const at = (time: string) => Date.parse(`2026-01-07T${time}`);
    const day = [ran({}, at('09:10')), ran({ success: false }, at('09:50')), ran({}, at('23:00'))];
    expect(summaryOf(day).hours).toEqual([
      { hour: '2026-01-07T09', events: 2, commands: 2, failures: 1, interrupted: 1 },
      { hour: '2026-01-07T23', events: 1, commands: 1, failures: 0, interrupted: 1 },
    ]);
    const text = textReport(summaryOf(day), LOOK).join('\n');
    expect(text).toContain('Usage on 2026-01-07');
    expect(text).toContain('2026-01-07; most in the hour from 09:00: 2 event(s)');
    const night = ran({}, Date.parse('2026-01-08T00:00'));
    expect(summaryOf([...day, night])).not.toHaveProperty('hours');
    expect(summaryOf([day[0]!, night, ...day])).not.toHaveProperty('hours');
  });

  it.each([
    ['-271821-04-20T00:00:00.000Z', '+275760-09-13T00:00:00.000Z'],
    ['2026-01-07T12:00:00.000Z', '+012026-01-07T12:00:00.000Z'],
  ])('survives years that no calendar has: %s and %s', (first, last) => {
    const summary = summaryOf([ran({}, Date.parse(first)), ran({}, Date.parse(last))]);
    for (const { day } of summary.activity) expect(day).toMatch(/^\d{4}-\d\d-\d\d$/);
    expect(textReport(summary, LOOK).join('\n')).toContain('2 event(s)');
  });

  it('survives a clock that was wrong by decades', () => {
    const { activity } = summaryOf([ran({}, 0), ran({}, Date.parse('2400-01-01T12:00'))]);
    expect(periodsThatFit(activity, 76).periods.length).toBeLessThanOrEqual(76);
    expect(activity[1]!.day).toBe('2400-01-01');
    expect(dayOf(0)).toBe(activity[0]!.day);
  });
});
