// Keeps network addresses out: they are written nowhere, whoever put them into an event.
//
// A property that exists to hold an address is dropped; an address within a text is replaced. A
// version with four numbers looks like an address and goes too: losing it is the smaller harm.

import { isIPv4, isIPv6 } from 'node:net';

export const REMOVED = '(address)';

/** Properties that hold an address, or what is made from one. */
const ADDRESS_KEYS = /^\$?(ip|ip_?address|client_?ip|remote_?addr(ess)?|geoip_.*)$/i;
/** Says cheaply that a text holds no address. */
const SUSPICIOUS = /\d\.\d{1,3}\.\d{1,3}\.\d|:[0-9a-f]{0,4}:/i;
/** Runs of characters that could be an address; linear in the text. */
const RUNS = /[0-9a-f:.]{2,}/gi;
const WORD = /[0-9a-z_]/i;

/** Is this a property that exists to hold an address? */
export const isAddressKey = (key: string): boolean => ADDRESS_KEYS.test(key);

/** May this text hold an address? False is certain. */
export const isSuspicious = (text: string): boolean => SUSPICIOUS.test(text);

function isAddress(run: string): boolean {
  if (run.length > 45) return false;
  return isIPv4(run) || (run.includes(':') && isIPv6(run));
}

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

/** The text without addresses. */
export function withoutAddressesIn(text: string): string {
  if (!isSuspicious(text)) return text;
  return text.replace(RUNS, (run: string, at: number) => {
    // `std::add` is not an address although `d::add` is: look at whole words only.
    const before = text[at - 1];
    const after = text[at + run.length];
    if (before !== undefined && WORD.test(before) && /^[0-9a-f]/i.test(run)) return run;
    if (after !== undefined && WORD.test(after) && /[0-9a-f]$/i.test(run)) return run;
    const found = trimmed(run);
    return found ? run.slice(0, found.start) + REMOVED + run.slice(found.end) : run;
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
    if (!isAddressKey(key)) copy[withoutAddressesIn(key)] = withoutAddresses(inner);
  }
  return copy;
}
