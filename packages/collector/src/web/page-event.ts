// What a page told becomes an event like every other: its name, and properties that have columns.

import { isObject, type Json } from '../../../schema/src/json.ts';
import { timeOf } from '../dialects/time.ts';
import type { Candidate, Project, Site } from '../event.ts';
import { derivedUuid, formatUuid } from '../gate/uuid.ts';
import { COLUMN_CHARS, PAGE_TITLE_CHARS, SECOND_MS } from '../limits.ts';
import { addressOf, hostOf, isOfSite } from './address.ts';
import type { Agent } from './agent.ts';
import { channelOf } from './channel.ts';

/** What a page told, whatever it speaks: nothing is checked yet. */
export interface Told {
  readonly type: 'pageview' | 'event' | 'identify' | 'page_exit';
  readonly name?: unknown;
  /** A path with its query, or a whole address. */
  readonly url?: unknown;
  readonly referrer?: unknown;
  readonly title?: unknown;
  readonly screen?: unknown;
  readonly language?: unknown;
  readonly data?: unknown;
  /** Of `identify`: who it is, as it may be kept. */
  readonly user?: string;
  readonly uuid?: unknown;
  /** When it happened, and when it was sent, by the browser's clock. */
  readonly at?: unknown;
  readonly sentAt?: unknown;
  /** How long a page was read, in ms. */
  readonly engaged?: unknown;
}

/** What is known of who told it. */
export interface Teller {
  readonly visitor: string;
  readonly agent: Agent;
  /** Two letters. */
  readonly country: string | undefined;
}

const NAMES = { pageview: '$pageview', page_exit: '$pageleave', identify: '$identify' } as const;

const short = (value: unknown, chars = COLUMN_CHARS): string | undefined =>
  typeof value === 'string' && value.trim() !== '' ? value.trim().slice(0, chars) : undefined;

/** The event of what a page of a site told. */
export function eventOf(
  project: Project & { readonly site: Site },
  told: Told,
  { visitor, agent, country }: Teller,
  nowMs: number,
): Candidate {
  const { type, at, sentAt } = told;
  const timeMs = timeOf({ timestamp: at, sentAt, nowMs });
  const properties: Json = Object.create(null);
  if (isObject(told.data)) Object.assign(properties, told.data);
  const set = (name: string, value: unknown) => {
    if (value === undefined) delete properties[name];
    else properties[name] = value;
  };
  const address = addressOf(told.url);
  const from = hostOf(told.referrer);
  const isWithin = from !== undefined && isOfSite(project.site, from);
  set('$pathname', address?.page);
  set('$host', address?.host);
  for (const [name, value] of Object.entries(address?.utm ?? {})) set(name, value);
  set('$referring_domain', isWithin ? undefined : from);
  set(
    '$channel',
    isWithin || type !== 'pageview' ? undefined : channelOf(from, address?.utm ?? {}),
  );
  set('$browser', agent.browser);
  set('$browser_major', agent.major);
  set('os', agent.os);
  set('$device_type', agent.device);
  set('$country', country);
  set('$browser_language', short(told.language, 35));
  set('$screen', /^\d{1,5}x\d{1,5}$/.test(String(told.screen)) ? told.screen : undefined);
  set('$engaged_ms', engagedOf(told));
  if (type === 'pageview') set('title', short(told.title, PAGE_TITLE_CHARS));
  if (type === 'identify') set('$user_id', told.user);
  return {
    // A page cannot say what only a tracker says.
    event: type === 'event' ? withoutMark(told.name) : NAMES[type],
    distinctId: visitor,
    uuid: told.uuid ?? derived(project.id, visitor, told, timeMs),
    properties,
    timeMs,
    sentTimestamp: at,
  };
}

const withoutMark = (name: unknown): unknown =>
  typeof name === 'string' ? name.replace(/^[\s$]+/, '') : name;

/** Whole milliseconds, of who leaves a page; a day at most. */
function engagedOf({ type, engaged }: Told): number | undefined {
  if (type !== 'page_exit' || typeof engaged !== 'number' || !(engaged >= 0)) return undefined;
  return Math.min(Math.round(engaged), 24 * 3_600_000);
}

/** Who sends no uuid sends the same event again within a second, or not at all. */
function derived(project: number, visitor: string, told: Told, timeMs: number): string {
  const { type, name, url, data } = told;
  const second = Math.floor(timeMs / SECOND_MS);
  const parts = [project, visitor, type, name ?? '', url ?? '', data ?? '', second];
  return formatUuid(derivedUuid(['page', JSON.stringify(parts)]));
}
