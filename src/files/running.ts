// Which process is meant by a number: numbers repeat, in other containers and after a restart.
//
// A process is known by its number, its start time, the boot of the machine, and its pid namespace.
// Where /proc is missing (macOS), or belongs to another namespace (a container that mounts the
// host's), the start time is not known.

import { readFileSync, readlinkSync } from 'node:fs';
import { systemCode } from '../errors';

/** A process, as others can recognise it. What could not be found out is missing. */
export interface ProcessId {
  readonly pid: number;
  /** In clock ticks since boot, as /proc writes it. */
  readonly start?: string | undefined;
  /** A random number of this boot of this machine. */
  readonly boot?: string | undefined;
  /** The pid namespace, as the kernel names it. */
  readonly namespace?: string | undefined;
}

/** Whether a process of this number runs here, as anybody. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemCode(error) === 'EPERM';
  }
}

function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}

/** No start: a process that has ended, and still is there because its parent has not asked (a zombie). */
const OVER = 'over';

/** The start time of a process, from a /proc that is known to be this namespace's. */
function startIn(pid: number): string | undefined {
  const stat = attempt(() => readFileSync(`/proc/${pid}/stat`, 'utf8'));
  // The second field, a name in brackets, may hold anything. The state is field 3, the start time field 22.
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields && /^[ZX]/.test(fields[0]!) ? OVER : fields?.[19];
}

/** What this process can say of its surroundings: the same until it ends. */
interface Here {
  readonly hasProc: boolean;
  readonly boot: string | undefined;
  readonly namespace: string | undefined;
  /** The start time of process 1: how sh tells one namespace from another. */
  readonly firstStart: string | undefined;
}

let known: Here | undefined;

/** Where this process runs. */
export function whereWeRun(): Here {
  if (known) return known;
  const hasProc = attempt(() => readlinkSync('/proc/self')) === String(process.pid);
  known = {
    hasProc,
    boot: attempt(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()),
    namespace: attempt(() => readlinkSync('/proc/self/ns/pid')),
    firstStart: hasProc ? startIn(1) : undefined,
  };
  return known;
}

/**
 * When a process of this namespace started; a word that is no time when it has ended and its parent, in a
 * container often for ever, has not asked; undefined when there is none, or nobody can tell.
 */
export function startOf(pid: number): string | undefined {
  return whereWeRun().hasProc ? startIn(pid) : undefined;
}

/** This process, for others to recognise. */
export function thisProcess(): ProcessId {
  const { boot, namespace } = whereWeRun();
  return { pid: process.pid, start: startOf(process.pid), boot, namespace };
}

/**
 * Whether a process has ended. False also where that cannot be known: it ran in another namespace, or
 * on another machine that shares this folder.
 */
export function hasEnded(id: ProcessId): boolean {
  const { boot, namespace } = whereWeRun();
  if (id.boot !== boot || id.namespace !== namespace) return false;
  if (!isRunning(id.pid)) return true;
  const start = startOf(id.pid);
  return start === OVER || (id.start !== undefined && start !== undefined && id.start !== start);
}
