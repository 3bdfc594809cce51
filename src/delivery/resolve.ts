// Names to addresses without the thread pool.
//
// Node's own look-up (getaddrinfo) runs in a thread that the process waits for when it exits: a DNS
// server that never answers, such as a Pi-hole's black hole, holds every exit for ten seconds.
// c-ares (`dns.Resolver`) is sockets and timers, which an exit does not wait for. It does not read
// /etc/hosts, so that is done here.

import type { LookupFunction } from 'node:net';
import { readRegularText } from '../files/regular';

type Address = { address: string; family: 4 | 6 };

const HOSTS_FILE = '/etc/hosts';
/** One try; c-ares doubles it for the second. The delivery's deadline ends both. */
const QUERY = { timeout: 2_000, tries: 2 } as const;
/** Some servers never answer for IPv6. Once IPv4 is known, they get this long. */
const GRACE_MS = 50;
const LOOPBACK: readonly Address[] = [
  { address: '127.0.0.1', family: 4 },
  { address: '::1', family: 6 },
];

function fromHostsFile(name: string): Address[] {
  let text: string;
  try {
    text = readRegularText(HOSTS_FILE);
  } catch {
    return [];
  }
  const found: Address[] = [];
  for (const line of text.split('\n')) {
    const [address, ...names] = line.replace(/#.*/, '').trim().split(/\s+/);
    if (!address || !names.some((each) => each.toLowerCase() === name)) continue;
    found.push({ address, family: address.includes(':') ? 6 : 4 });
  }
  return found;
}

async function fromDns(name: string): Promise<Address[]> {
  const { Resolver } = await import('node:dns/promises');
  const resolver = new Resolver(QUERY);
  const queries = [resolver.resolve4(name), resolver.resolve6(name)] as const;
  const six = queries[1].then(
    (found) => found.map((address) => ({ address, family: 6 as const })),
    () => [],
  );
  let four: Address[];
  try {
    four = (await queries[0]).map((address) => ({ address, family: 4 as const }));
  } catch (error) {
    const found = await six;
    if (found.length === 0) throw error;
    return found;
  }
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Address[]>((resolve) => {
    timer = setTimeout(() => resolve([]), GRACE_MS);
  });
  const also = await Promise.race([six, late]);
  clearTimeout(timer);
  resolver.cancel();
  return [...four, ...also];
}

/**
 * The addresses of a host name: /etc/hosts, then DNS; `localhost` is loopback without asking.
 * @throws the resolver's error, whose `code` is for example ENOTFOUND or ETIMEOUT.
 */
export async function resolve(hostname: string): Promise<Address[]> {
  const name = hostname.toLowerCase().replace(/\.$/, '');
  const listed = fromHostsFile(name);
  if (listed.length > 0) return listed;
  if (name === 'localhost' || name.endsWith('.localhost')) return [...LOOPBACK];
  return fromDns(name);
}

/** `resolve` in the shape that `node:net`, `node:http` and `node:tls` ask for. */
export const lookup: LookupFunction = (hostname, options, callback) => {
  resolve(hostname).then(
    (found) => {
      const family = options.family === 4 || options.family === 6 ? options.family : undefined;
      const fitting = family ? found.filter((each) => each.family === family) : found;
      const first = fitting[0];
      if (!first) {
        callback(Object.assign(new Error('no address'), { code: 'ENOTFOUND' }), '');
      } else if (options.all) {
        callback(null, fitting);
      } else {
        callback(null, first.address, first.family);
      }
    },
    (error: NodeJS.ErrnoException) => callback(error, ''),
  );
};
