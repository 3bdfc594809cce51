// A lease: one process at a time, and a holder that crashed cannot keep it.
//
// A lease is a numbered file, `NAME.7`. Whoever creates the next number holds the lease; creating is
// exclusive, so there is one winner. A lease is free when its newest file says so, when its holder has
// ended, or when its time is up. Whether a holder has ended can be said of this pid namespace alone: one
// of another container keeps it until it says so or its time is up. The newest file is never removed,
// only replaced by a newer one; that is why two processes can never both take over from a dead holder.

import {
  closeSync,
  constants,
  mkdirSync,
  openSync,
  readdirSync,
  statSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { nowMs } from '../clock';
import { systemCode } from '../errors';
import { giveToOwnerOf } from './owner';
import { openRegular, readRegularText } from './regular';
import { hasEnded, type ProcessId, thisProcess } from './running';

const { O_TRUNC, O_WRONLY } = constants;

/** A lease that is held. `release` may be called once or more; it never throws. */
export interface Lease {
  release(): void;
}

interface Holder extends ProcessId {
  readonly untilMs: number;
}

/** A file that was created and not yet written belongs to somebody for this long. */
const NEWBORN_MS = 2_000;
const RETRY_MS = { from: 2, to: 15 } as const;

function isFree(file: string, holdMs: number): boolean {
  let text: string;
  let bornMs: number;
  try {
    text = readRegularText(file, { follows: false });
    bornMs = statSync(file).mtimeMs;
  } catch (error) {
    if (['ENOENT', 'EACCES'].includes(systemCode(error) ?? '')) return false; // Just replaced, or not ours.
    throw error; // Nobody would ever say that it is free.
  }
  if (text === 'free') return true;
  const now = Date.now();
  let holder: Holder | null;
  try {
    holder = JSON.parse(text);
  } catch {
    holder = null;
  }
  if (!holder || typeof holder.untilMs !== 'number' || typeof holder.pid !== 'number') {
    return Math.abs(now - bornMs) > NEWBORN_MS;
  }
  // The second test is for a clock that was set back.
  if (now > holder.untilMs || holder.untilMs - now > 2 * Math.max(holdMs, 60_000)) return true;
  return hasEnded(holder);
}

function numbers(folder: string, name: string): number[] {
  return readdirSync(folder)
    .filter((file) => file.startsWith(`${name}.`))
    .map((file) => Number(file.slice(name.length + 1)))
    .filter(Number.isSafeInteger);
}

/** The same, in a folder that is made when it is missing. @throws the system's error. */
function firstNumbers(folder: string, name: string): number[] {
  try {
    return numbers(folder, name);
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw error;
    mkdirSync(folder, { recursive: true });
    giveToOwnerOf(dirname(folder), folder);
    return [];
  }
}

/** What this process holds. Others cannot always see that it ended, so it says so at its exit. */
const held = new Set<string>();

function hold(file: string): Lease {
  if (held.size === 0) process.once('exit', freeAll);
  held.add(file);
  return {
    release() {
      if (!held.delete(file)) return;
      if (held.size === 0) process.off('exit', freeAll);
      free(file);
    },
  };
}

function freeAll(): void {
  for (const file of held) free(file);
}

/**
 * Takes the lease `name` in `folder` (made when missing) for at most `holdMs` milliseconds.
 * @returns undefined when somebody else holds it.
 * @throws the system's error when the folder cannot be written, or when what has a lease's name is no file.
 */
export function tryAcquire(folder: string, name: string, holdMs: number): Lease | undefined {
  const newest = Math.max(0, ...firstNumbers(folder, name));
  if (newest > 0 && !isFree(join(folder, `${name}.${newest}`), holdMs)) return undefined;
  const mine = newest + 1;
  const file = join(folder, `${name}.${mine}`);
  let handle: number;
  try {
    handle = openSync(file, 'wx', 0o644);
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return undefined;
    throw error;
  }
  try {
    const holder: Holder = { ...thisProcess(), untilMs: Date.now() + holdMs };
    writeSync(handle, JSON.stringify(holder));
  } catch (error) {
    remove(file); // A full disk. The number before it stays the newest.
    throw error;
  } finally {
    closeSync(handle);
  }
  giveToOwnerOf(folder, file);
  const others = numbers(folder, name);
  if (Math.max(...others) > mine) {
    remove(file); // Made from an old listing: somebody is ahead.
    return undefined;
  }
  for (const older of others) if (older < mine) remove(join(folder, `${name}.${older}`));
  return hold(file);
}

function remove(file: string): void {
  try {
    unlinkSync(file);
  } catch {
    // Another process was faster.
  }
}

function free(file: string): void {
  try {
    // Only if it is still there: a holder that overstayed may have been replaced.
    const handle = openRegular(file, O_WRONLY | O_TRUNC, { follows: false });
    try {
      writeSync(handle, 'free');
    } finally {
      closeSync(handle);
    }
  } catch {
    // It ends by itself: with this process, or with its time.
  }
}

/**
 * Waits up to `waitMs` for the lease. @returns undefined when it could not be had in time.
 * @throws the system's error when the folder cannot be written.
 */
export async function acquire(
  folder: string,
  name: string,
  { holdMs, waitMs }: { holdMs: number; waitMs: number },
): Promise<Lease | undefined> {
  const endMs = nowMs() + waitMs;
  for (;;) {
    const lease = tryAcquire(folder, name, holdMs);
    if (lease) return lease;
    if (nowMs() >= endMs) return undefined;
    const pause = RETRY_MS.from + Math.random() * (RETRY_MS.to - RETRY_MS.from);
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}
