// What the address of a page says, and where somebody came from. Of a query nothing is kept but the names that say
// that: everything else may name a person.

import type { Site } from '../event.ts';
import { COLUMN_CHARS, PAGE_ADDRESS_CHARS } from '../limits.ts';

const UTM = ['utm_source', 'utm_medium', 'utm_campaign', 'utm_term', 'utm_content'] as const;

export interface Address {
  readonly page: string;
  /** undefined: it was a path alone. */
  readonly host: string | undefined;
  readonly utm: Readonly<Partial<Record<(typeof UTM)[number], string>>>;
}

/** Reads a path with its query, or a whole address; undefined when it is neither. */
export function addressOf(text: unknown): Address | undefined {
  if (typeof text !== 'string' || text === '' || text.length > PAGE_ADDRESS_CHARS) return undefined;
  const isWhole = /^https?:\/\//i.test(text);
  let url: URL;
  try {
    url = isWhole
      ? new URL(text)
      : new URL(text.startsWith('/') ? `http://_${text}` : `http://_/${text}`);
  } catch {
    return undefined;
  }
  const utm: Record<string, string> = {};
  for (const name of UTM) {
    const value = url.searchParams.get(name)?.trim();
    if (value) utm[name] = value.slice(0, COLUMN_CHARS);
  }
  const named = url.searchParams.get('ref') ?? url.searchParams.get('source');
  if (!utm.utm_source && named?.trim()) utm.utm_source = named.trim().slice(0, COLUMN_CHARS);
  return { page: pageOf(url), host: isWhole ? url.hostname : undefined, utm };
}

/** A hash is a page of its own where it looks like a path, as single-page applications have it. */
function pageOf({ pathname, hash }: URL): string {
  const path = pathname.length > 1 ? pathname.replace(/\/+$/, '') || '/' : pathname;
  const whole = /^#!?\//.test(hash) ? path + hash.split('?', 1)[0] : path;
  return whole.length > COLUMN_CHARS ? `${whole.slice(0, COLUMN_CHARS - 1)}…` : whole;
}

/** The host of an address, without `www.`; undefined when it is none. */
export function hostOf(text: unknown): string | undefined {
  if (typeof text !== 'string' || text.length > PAGE_ADDRESS_CHARS) return undefined;
  try {
    const { protocol, hostname } = new URL(text);
    if (protocol !== 'https:' && protocol !== 'http:') return undefined;
    return (
      hostname
        .toLowerCase()
        .replace(/^www\./, '')
        .slice(0, COLUMN_CHARS) || undefined
    );
  } catch {
    return undefined;
  }
}

/** Is a host the site's: its domain, one below it, or one that it has allowed? */
export function isOfSite({ domain, hosts }: Site, host: string): boolean {
  const bare = host.toLowerCase().replace(/^www\./, '');
  return bare === domain || bare.endsWith(`.${domain}`) || hosts.includes(host.toLowerCase());
}
