// How long the machine has been up, and since which start of it.

import { readFileSync } from 'node:fs';
import { uptime } from 'node:os';
import type { Uptime } from './steady.ts';

/** Linux gives each start of the machine a random id. */
const BOOT_ID = '/proc/sys/kernel/random/boot_id';

/** That of this machine; `boot` is undefined where it does not say which start it was. */
export function uptimeOfMachine(): Uptime {
  let boot: string | undefined;
  try {
    boot = readFileSync(BOOT_ID, 'utf8').trim() || undefined;
  } catch {
    // Not Linux, or hidden from this process.
  }
  return { boot, upMs: uptime() * 1000 };
}
