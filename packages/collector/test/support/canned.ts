// Answers that are always the same, whatever is asked and when: what a page draws of them is a matter of
// the page alone.

import type { Page } from 'playwright-core';
import type { Interval } from '../../../schema/src/question';

/** The time on these pages: a Sunday at noon. */
export const NOON = Date.UTC(2026, 2, 15, 12);

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const STEP_MS: Record<Interval, number> = {
  hour: HOUR_MS,
  day: DAY_MS,
  week: 7 * DAY_MS,
  month: 30 * DAY_MS,
};

const VALUES: Readonly<Record<string, readonly (string | boolean)[]>> = {
  service:
    'plex traefik sonarr pihole radarr homepage nextcloud immich jellyfin gitea redis caddy'.split(
      ' ',
    ),
  command: 'start-service enable-service update stop-service restart build status'.split(' '),
  error_type: 'exit_2 exit_1 timeout not_found killed refused oom'.split(' '),
  override: ['gpu', 'nfs', 'ports'],
  version: ['1.9.2', '1.10.0', '1.9.0'],
  os: ['linux', 'macos', 'windows'],
  ci: [false, true],
  event: ['command_executed', 'service_started', 'error_occurred'],
  template: ['react', 'vue', 'svelte'],
  stage: ['fetch', 'install'],
  node_major: ['22', '20'],
  package_manager: ['npm', 'pnpm'],
};

const counts = (ids: number) => ({
  ids,
  events: ids * 4,
  failures: Math.round(ids * 0.3),
  judged: ids * 3,
  failure_rate: 0.1,
});
const measured = (ids: number) => ({ ...counts(ids), median: ids * 12, p95: ids * 90 });

function starts(query: URLSearchParams): number[] {
  const step = STEP_MS[(query.get('interval') ?? 'day') as Interval];
  const [from, to] = [Number(query.get('from')), Number(query.get('to'))];
  return Array.from({ length: Math.ceil((to - from) / step) }, (_, n) => from + n * step);
}

/** A wave, lower before March, and lower where it is filtered. */
const idsAt = (start: number, index: number, salt: number): number =>
  Math.round((60 + 25 * Math.sin(index / 2 + salt)) * (start < NOON - 31 * DAY_MS ? 0.7 : 1)) /
  (salt + 1);

/** The data that answers a question. */
function dataOf(query: URLSearchParams): unknown {
  const kind = query.get('kind');
  const salt = query.getAll('where').join().length % 3;
  if (kind === 'series') {
    const points = starts(query).map((start, index) => ({
      start,
      ...measured(Math.round(idsAt(start, index, salt))),
    }));
    return { points, before: null };
  }
  if (kind === 'new_ids') return { points: starts(query).map((start) => ({ start, ids: 3 })) };
  if (kind === 'breakdown') {
    const all = VALUES[query.get('by') ?? ''] ?? [];
    const rows = all.map((value, index) => ({ value, ...measured(Math.round(400 / (index + 1))) }));
    return { rows, values: rows.length, events: 1_600 };
  }
  if (kind === 'funnel') {
    const steps = query.getAll('step');
    if (steps.length > 2) return { steps: [400, 60, 20] };
    return { steps: steps.join().includes('failed') ? [400, 60] : [400, 312] };
  }
  if (kind === 'events') {
    const events = Array.from({ length: 6 }, (_, n) => ({
      seq: n,
      time: NOON - n * HOUR_MS,
      event: VALUES.event![n % 3],
      distinct_id: `id-${n}`,
      session: null,
      values: { command: VALUES.command![n], os: 'linux', success: n !== 2 },
      properties: { command: VALUES.command![n], os: 'linux', success: n !== 2, shell: 'zsh' },
    }));
    return { events, next: null };
  }
  const isBefore = Number(query.get('to')) < NOON;
  return { now: measured(isBefore ? 380 : 400), before: null };
}

const PROJECTS = [
  { id: 1, name: 'homelab', kind: 'cli', time_zone: 'UTC' },
  { id: 2, name: 'setup', kind: 'installs', time_zone: 'UTC' },
];

const HEALTH = {
  status: 'ok',
  problems: [{ check: 'backup', problem: 'no backup was made yet. Run: collector backup FILE' }],
  checks: {
    store: { failing_since: null },
    queue: { waiting_events: 12 },
    integrity: { checked_at: new Date(NOON - 2 * HOUR_MS).toISOString(), whole: true },
    disk: { data_bytes: 3e8, free_bytes: 7e10 },
    backup: { last_backup: null },
    warehouse: { on: true, state: 'ready', behind_events: 40, filling: false },
    archive: { on: false },
  },
};

/** Answers all that a page asks; the clock of the page stands still. */
export async function answerAll(page: Page): Promise<void> {
  await page.clock.setFixedTime(NOON);
  await page.route('**/api/v1/query*', (route) => {
    const query = new URL(route.request().url()).searchParams;
    return route.fulfill({
      json: { kind: query.get('kind'), cut: null, ms: 1, behind: 0, data: dataOf(query) },
    });
  });
  await page.route('**/api/v1/projects', (route) =>
    route.fulfill({ json: { projects: PROJECTS } }),
  );
  await page.route('**/api/v1/session', (route) => route.fulfill({ json: { signed_in: true } }));
  await page.route('**/health', (route) => route.fulfill({ json: HEALTH }));
  await page.routeWebSocket('**/api/v1/live', () => {});
}
