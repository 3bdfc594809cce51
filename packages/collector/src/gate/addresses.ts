// Keeps network addresses out: they are written nowhere, whoever put them into an event.
//
// A property that exists to hold an address is dropped; an address within a text is replaced, also
// where letters touch it (`v203.0.113.9`, `203.0.113.9_a`) and where it is the name of a machine
// (`ip-203-0-113-9`). Four numbers that are no address go too: losing them is the smaller harm. But
// browsers call themselves `116.0.0.0`: a property whose name ends in `version` keeps the first number.

import { isIPv6 } from 'node:net';

export const REMOVED = '(address)';

/** Properties that hold an address, or what is made from one. */
const ADDRESS_KEYS = /^\$?(ip|ip_?address|client_?ip|remote_?addr(ess)?|geoip_.*)$/i;
/** The same as a member of JSON, anywhere in it. */
const ADDRESS_MEMBERS = /"\$?(ip|ip_?address|client_?ip|remote_?addr(ess)?|geoip_[^"]*)":/i;
/** Properties that hold a version, such as `$browser_version` or `nodeVersion`. */
const VERSION_KEYS = /version$/i;
const FOUR_NUMBERS = /^\s*(\d+)\.\d+\.\d+\.\d+\s*$/;
/** Says cheaply that a text holds no address. */
const SUSPICIOUS = /\d([._-])\d{1,3}\1\d{1,3}\1\d|:[0-9a-f]{0,4}:/i;
/** Four numbers in a row, and not five: neither a longer version nor a date is an address. */
const QUADS = /(?<!\d)\d{1,3}([._-])\d{1,3}\1\d{1,3}\1\d{1,3}(?!\d|\1\d)/g;
/** Runs of characters that could be an IPv6 address; linear in the text. */
const RUNS = /[0-9a-f:.]{2,}/gi;
const WORD = /[0-9a-z_]/i;
/** Parts that such a run has at least before it counts inside a word: `std::add` is no address. */
const PARTS_IN_WORD = 3;

/** Is this a property that exists to hold an address? */
export const isAddressKey = (key: string): boolean => ADDRESS_KEYS.test(key);

/** Is there such a property anywhere in JSON, as `JSON.stringify` writes it? */
export const hasAddressKey = (json: string): boolean => ADDRESS_MEMBERS.test(json);

/** May this text hold an address? False is certain. */
export const isSuspicious = (text: string): boolean => SUSPICIOUS.test(text);

const isAddress = (run: string): boolean => run.length <= 45 && run.includes(':') && isIPv6(run);

/** A port, a dot or a colon after an address does not hide it. */
function trimmed(run: string): { start: number; end: number } | undefined {
  const tries = [run, run.replace(/[:.]+$/, ''), run.replace(/:\d{1,5}[:.]*$/, '')];
  for (const end of tries) {
    const both = [end, end.replace(/^[:.](?!:)/, '')];
    for (const text of both) {
      if (isAddress(text)) {
        const start = end.length - text.length;
        return { start, end: start + text.length };
      }
    }
  }
  return undefined;
}

function withoutIPv6(text: string): string {
  return text.replace(RUNS, (run: string, at: number) => {
    if (!run.includes(':')) return run;
    const before = text[at - 1];
    const after = text[at + run.length];
    const isInWord =
      (before !== undefined && WORD.test(before) && /^[0-9a-f]/i.test(run)) ||
      (after !== undefined && WORD.test(after) && /[0-9a-f]$/i.test(run));
    const parts = run.split(':').filter((part) => part !== '').length;
    if (isInWord && (parts < PARTS_IN_WORD || !/\d/.test(run))) return run;
    const found = trimmed(run);
    return found ? run.slice(0, found.start) + REMOVED + run.slice(found.end) : run;
  });
}

/** The text without addresses. */
export function withoutAddressesIn(text: string): string {
  if (!isSuspicious(text)) return text;
  // IPv6 first: it may end in the four numbers of an IPv4 address.
  return withoutIPv6(text).replace(QUADS, (quad, separator: string, at: number, whole: string) => {
    const isLonger = whole[at - 1] === separator && /\d/.test(whole[at - 2] ?? '');
    const isIPv4 = quad.split(separator).every((part) => Number(part) <= 255);
    return isIPv4 && !isLonger ? REMOVED : quad;
  });
}

/** Does the text hold an address? */
export const holdsAddress = (text: string): boolean => withoutAddressesIn(text) !== text;

/** A copy of a JSON value without addresses, keys included. */
export function withoutAddresses(value: unknown): unknown {
  if (typeof value === 'string') return withoutAddressesIn(value);
  if (Array.isArray(value)) return value.map(withoutAddresses);
  if (typeof value !== 'object' || value === null) return value;
  // No prototype: a key named `__proto__` is a key like any other.
  const copy: Record<string, unknown> = Object.create(null);
  for (const [key, inner] of Object.entries(value)) {
    if (isAddressKey(key)) continue;
    const major = VERSION_KEYS.test(key) && typeof inner === 'string' && FOUR_NUMBERS.exec(inner);
    copy[withoutAddressesIn(key)] = major ? major[1] : withoutAddresses(inner);
  }
  return copy;
}
