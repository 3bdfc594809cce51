// The processes of this machine that work in a folder, the way `ps` would see them. Linux only.

import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Seen {
  readonly pid: number;
  readonly command: string;
  readonly group: number;
  readonly session: number;
  readonly terminal: number;
  /** Number → what it is open on. */
  readonly descriptors: Record<string, string>;
}

/** What a process has open. It may close each while it is looked at, and runs on. */
function descriptorsOf(pid: number): Record<string, string> {
  const open: Record<string, string> = {};
  for (const fd of readdirSync(`/proc/${pid}/fd`)) {
    try {
      open[fd] = readlinkSync(`/proc/${pid}/fd/${fd}`);
    } catch {
      // Closed.
    }
  }
  return open;
}

/** Every running process whose working folder is in `folder`; zombies are not running. */
export function processesIn(folder: string): Seen[] {
  const seen: Seen[] = [];
  for (const pid of readdirSync('/proc').map(Number)) {
    if (!pid || pid === process.pid) continue;
    try {
      if (!readlinkSync(`/proc/${pid}/cwd`).startsWith(folder)) continue;
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      if (fields[0] === 'Z') continue;
      seen.push({
        pid,
        command: readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' '),
        group: Number(fields[2]),
        session: Number(fields[3]),
        terminal: Number(fields[4]),
        descriptors: descriptorsOf(pid),
      });
    } catch {
      // It ended while it was looked at.
    }
  }
  return seen;
}

/** Looks again and again until something is found. @throws when it is not, within `withinMs`. */
export async function until<T>(withinMs: number, look: () => T | undefined | false): Promise<T> {
  const endMs = performance.now() + withinMs;
  for (;;) {
    const found = look();
    if (found) return found;
    if (performance.now() > endMs) throw new Error(`did not happen within ${withinMs} ms`);
    await sleep(10);
  }
}

/** Resolves when no process works in `folder` any more. */
export async function quiet(folder: string, withinMs = 15_000): Promise<void> {
  await until(withinMs, () => processesIn(folder).length === 0);
}
