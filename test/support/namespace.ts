// A network where nobody answers, made of two network namespaces and a pair of virtual cables.
//
// Packets leave, to a neighbour that is known and never there, and nothing ever comes back: neither
// an answer nor an error. That is what a firewall that drops packets looks like.

import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** An address for documentation (RFC 5737) that the namespace has a route to, and no answer from. */
export const BLACK_HOLE = '198.51.100.7';
/** A name that the namespace's own hosts file maps to loopback. */
export const LISTED = 'collector.homelab.test';
/** A name that the namespace's own hosts file maps to the black hole. */
export const LISTED_BLACK = 'sinkhole.homelab.test';

let made = 0;

export interface Namespace {
  /** What to put before a command, to run it in there. */
  readonly prefix: readonly string[];
  remove(): void;
}

/**
 * Makes one, whose DNS server is the black hole unless told otherwise. Undefined where that is not
 * possible: no Linux, not root, or not allowed.
 */
export function makeNamespace(nameserver = BLACK_HOLE): Namespace | undefined {
  made += 1;
  const name = `onramp-${process.pid}-${made}-${Date.now().toString(36)}`;
  const far = `${name}-far`;
  // The name of an interface has 15 letters at most.
  const cable = `or${Date.now().toString(36).slice(-5)}${process.pid % 1000}${made}`;
  const files = join('/etc/netns', name);
  const ip = (...args: string[]) => execFileSync('ip', args, { stdio: 'ignore' });
  const remove = () => {
    for (const each of [name, far]) {
      try {
        ip('netns', 'delete', each);
      } catch {
        // It was never made.
      }
    }
    rmSync(files, { recursive: true, force: true });
  };
  try {
    ip('netns', 'add', name);
    ip('netns', 'add', far);
    ip('-n', name, 'link', 'add', `${cable}a`, 'type', 'veth', 'peer', 'name', `${cable}b`);
    ip('-n', name, 'link', 'set', `${cable}b`, 'netns', far);
    ip('-n', name, 'address', 'add', '192.0.2.1/24', 'dev', `${cable}a`);
    ip('-n', name, 'link', 'set', 'lo', 'up');
    ip('-n', name, 'link', 'set', `${cable}a`, 'up');
    ip('-n', far, 'link', 'set', `${cable}b`, 'up');
    const gateway = ['192.0.2.254', 'lladdr', '02:00:00:00:00:fe', 'dev', `${cable}a`];
    ip('-n', name, 'neighbour', 'add', ...gateway, 'nud', 'permanent');
    ip('-n', name, 'route', 'add', 'default', 'via', '192.0.2.254');
    mkdirSync(files, { recursive: true });
    writeFileSync(join(files, 'resolv.conf'), `nameserver ${nameserver}\n`);
    const hosts = `127.0.0.1 localhost ${LISTED}\n${BLACK_HOLE} ${LISTED_BLACK}\n`;
    writeFileSync(join(files, 'hosts'), hosts);
    const prefix = ['ip', 'netns', 'exec', name];
    execFileSync(prefix[0]!, [...prefix.slice(1), 'true'], { stdio: 'ignore' });
    return { prefix, remove };
  } catch {
    remove();
    return undefined;
  }
}
