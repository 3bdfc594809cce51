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
