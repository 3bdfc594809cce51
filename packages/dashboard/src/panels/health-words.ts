// What the checks of `/health` saw, in words. A check that is not here is told value by value.

import { ago, duration, format, instant } from '../format';

export type Values = Readonly<Record<string, unknown>>;

const MIB = 1024 * 1024;

/** A number of bytes as people read it. */
function bytes(value: unknown): string {
  const mib = Number(value) / MIB;
  return mib < 1024 ? `${format(mib, 'count')} MiB` : `${format(mib / 1024, 'count')} GiB`;
}

const count = (value: unknown): string => {
  const number = Number(value ?? 0);
  return `${format(number, 'count')} ${number === 1 ? 'event' : 'events'}`;
};

interface Known {
  readonly title: string;
  /** What its values mean. `when` puts an instant into words. */
  readonly say: (of: Values, when: (iso: unknown) => string) => string;
  /** Whether there is nothing yet that could be well or not. */
  readonly isNone?: (of: Values) => boolean;
}

/** What each is called, and what its values mean. */
const KNOWN: Readonly<Record<string, Known>> = {
  store: {
    title: 'Writing',
    say: ({ failing_since }, when) =>
      failing_since ? `Failing since ${when(failing_since)}.` : 'What arrives is written.',
  },
  queue: {
    title: 'Lag',
    say: ({ waiting_events }) => `${count(waiting_events)} wait to be written.`,
  },
  integrity: {
    title: 'Integrity',
    say: ({ checked_at, whole }, when) =>
      checked_at
        ? `The database is ${whole ? 'whole' : 'damaged'}, checked ${when(checked_at)}.`
        : 'Not checked yet.',
    isNone: ({ checked_at }) => !checked_at,
  },
  clock: {
    title: 'Clock',
    say: ({ ahead_ms }) =>
      typeof ahead_ms === 'number'
        ? `It is ${duration(ahead_ms)} ahead of what is believed.`
        : 'It goes as it should.',
  },
  disk: {
    title: 'Disk',
    say: ({ data_bytes, free_bytes }) => `${bytes(data_bytes)} used, ${bytes(free_bytes)} free.`,
  },
  backup: {
    title: 'Backup',
    say: ({ last_backup }, when) =>
      last_backup ? `The last one: ${when(last_backup)}.` : 'None yet.',
    isNone: ({ last_backup }) => !last_backup,
  },
  warehouse: {
    title: 'Warehouse',
    say: ({ on, state, behind_events, filling }) =>
      on
        ? `${filling ? 'It is being filled' : `It is ${state}`}, ${count(behind_events)} behind.`
        : 'Off.',
    isNone: ({ on }) => !on,
  },
  dead_letters: {
    title: 'Dead letters',
    say: ({ kept, newest_at }, when) =>
      Number(kept) > 0
        ? `${format(Number(kept), 'count')} ${Number(kept) === 1 ? 'is' : 'are'} kept${newest_at ? `, the last one ${when(newest_at)}` : ''}.`
        : 'None: all that was sent was taken.',
  },
  archive: {
    title: 'Archive',
    say: ({ on, up_to_date_at }, when) =>
      on ? (up_to_date_at ? `Up to date ${when(up_to_date_at)}.` : 'Nothing in it yet.') : 'Off.',
    isNone: ({ on, up_to_date_at }) => !on || !up_to_date_at,
  },
};

const words = (name: string): string =>
  `${name.charAt(0).toUpperCase()}${name.slice(1)}`.replaceAll('_', ' ');

/** What a check is called. */
export const titleOf = (check: string): string => KNOWN[check]?.title ?? words(check);

/** Whether it is off, or saw nothing yet: neither good nor bad. */
export const isNone = (check: string, values: Values): boolean =>
  KNOWN[check]?.isNone?.(values) ?? false;

/** What it saw. */
export function sayingOf(check: string, values: Values, zone: string, nowMs: number): string {
  const when = whenOf(zone, nowMs);
  return (
    KNOWN[check]?.say(values, when) ??
    Object.entries(values)
      .map(([name, value]) => `${words(name)}: ${isIso(value) ? when(value) : (value ?? '–')}`)
      .join(', ')
  );
}

/** An instant in words: how long ago, and when in the reader's language. */
const whenOf =
  (zone: string, nowMs: number) =>
  (iso: unknown): string => {
    const ms = Date.parse(String(iso));
    return `${ago(nowMs - ms)} (${instant(ms, zone, { dateStyle: 'medium', timeStyle: 'short' })})`;
  };

const ISO = /(?:\bat )?\d{4}-\d\d-\d\dT[\d:.]+Z/g;
const isIso = (value: unknown): boolean =>
  typeof value === 'string' && value.replace(ISO, '') === '' && value !== '';

/** What a problem says of the API to those who have no pages. */
const ROUTE = /\. Look at GET \/api\S+, (\w)/g;

/** A problem in the collector's words, its instants in the reader's. Here a link leads to what the API would list. */
export const problemOf = (problem: string, zone: string, nowMs: number): string =>
  problem
    .replaceAll(ROUTE, (_route, first: string) => `. ${first.toUpperCase()}`)
    .replaceAll(ISO, (iso) => whenOf(zone, nowMs)(iso.replace(/^at /, '')));
