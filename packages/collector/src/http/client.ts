// Who a request comes from, for limits only: in memory, and written nowhere.

import type { FastifyRequest } from 'fastify';

/** One client's key: an IPv4 address, or the network of an IPv6 one, which has 2^64 addresses. */
export function clientOf({ ip }: FastifyRequest): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(ip);
  if (mapped) return mapped[1]!;
  if (!ip.includes(':')) return ip;
  const [head = '', tail] = ip.split('%', 1)[0]!.split('::');
  const groups = head === '' ? [] : head.split(':');
  const ends = tail === undefined || tail === '' ? [] : tail.split(':');
  while (groups.length + ends.length < 8) groups.push('0');
  return [...groups, ...ends].slice(0, 4).join(':');
}

/** What proxies add. A request without any of these, from this machine, comes from this machine. */
const FORWARDING = ['forwarded', 'via', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto'];
const OF_SOME_PROXIES = ['x-real-ip', 'x-client-ip', 'cf-connecting-ip', 'true-client-ip'];

const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/i;

/** Was this sent on this very machine, and by no proxy? */
export function isFromHere({ raw }: FastifyRequest): boolean {
  const address = raw.socket.remoteAddress?.replace(/^::ffff:/, '') ?? '';
  if (address !== '::1' && !address.startsWith('127.')) return false;
  // A page of a browser here may name this machine by a name of its own.
  if (!LOOPBACK.test(raw.headers.host ?? '')) return false;
  return [...FORWARDING, ...OF_SOME_PROXIES].every((name) => raw.headers[name] === undefined);
}
