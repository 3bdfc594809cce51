// Notes in the spool, as make/track writes them: of commands that a test makes up.

import { randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Host } from './host';

export interface Note {
  readonly goals?: readonly [string, string?];
  /** Undefined: nobody saw the end. */
  readonly status?: 0 | 2 | undefined;
  /** PID STARTTIME BOOT PID1START; without it, a process of this namespace that is not there. */
  readonly process?: string;
  readonly flags?: string;
  readonly ageMs?: number;
  readonly id?: string;
}

const bootId = () => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();

/** Field 22 of a process's stat. */
export function startTimeOf(pid: number | 'self'): string {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]!;
}

/** A process of this namespace, in the words of a note. */
export const processOf = (pid: number, start = startTimeOf(pid)): string =>
  `${pid} ${start} ${bootId()} ${startTimeOf(1)}`;

/** Writes the note of a command that is over, or was interrupted. @returns its id. */
export function note(host: Host, options: Note = {}): string {
  const { goals = ['down'], process = processOf(1, '7'), flags = '', ageMs = 0 } = options;
  const id = options.id ?? randomUUID();
  const spool = join(host.record, 'spool');
  mkdirSync(spool, { recursive: true });
  const at = new Date(Date.now() - ageMs);
  const put = (name: string, text: string) => {
    writeFileSync(join(spool, name), text);
    utimesSync(join(spool, name), at, at);
  };
  put(`${id}.start`, `v1 ${process}${flags && ` ${flags}`}\n${goals[0]}\n${goals[1] ?? ''}\n`);
  if (options.status !== undefined) put(`${id}.end`, `${options.status}\n`);
  return id;
}

/** The names in the spool, sorted. */
export const spoolOf = (host: Host): string[] => readdirSync(join(host.record, 'spool')).sort();
