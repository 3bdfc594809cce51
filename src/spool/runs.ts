// The make commands that make/track.sh wrote down: `PID.start` when one began, `PID.end` when it
// was over. The files' times are the command's times, so that no clock has to be started for it. The
// first line of a start says `local` and `ci` if it was so; the rest are the goals. An end is a status.

import { readdirSync, readFileSync, type Stats, statSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { isRunning } from '../files/running';
import type { Command } from '../host/goals';
import { RUN_ABANDONED_MS } from '../limits';
import type { Project } from '../project/project';

/** A command that is over, with what makes its records' uuids the same on every try. */
export interface Run {
  readonly command: Command;
  /** How things stood when it began, whoever records it. */
  readonly local: boolean;
  readonly ci: boolean;
  readonly startMs: number;
  /** When it was over; for an interrupted one, when it began: nobody saw its end. */
  readonly endMs: number;
  /** Differs between any two runs, and is the same whenever the same run is read again. */
  readonly identity: string;
  /** Removes the run's files. Call it once its events are recorded. Never throws. */
  forget(): void;
}

/** The first line of a start. */
const NOTES = /^(local)?( ci)?$/;

/** Words separated by white space, as make itself separates goals. */
export const splitGoals = (text: string): string[] => text.split(/\s+/).filter(Boolean);

function stat(path: string): Stats | undefined {
  return statSync(path, { throwIfNoEntry: false });
}

function forget(paths: readonly string[]): void {
  for (const path of paths) {
    try {
      unlinkSync(path);
    } catch {
      // Gone already.
    }
  }
}

function readRun(project: Project, pid: number, nowMs: number): Run | undefined {
  const startFile = join(project.spool, `${pid}.start`);
  const endFile = join(project.spool, `${pid}.end`);
  const start = stat(startFile);
  if (!start) {
    forget([endFile]);
    return undefined;
  }
  const end = stat(endFile);
  const isAbandoned = nowMs - start.mtimeMs > RUN_ABANDONED_MS;
  const startText = readFileSync(startFile, 'utf8');
  const endText = end && readFileSync(endFile, 'utf8');
  const isWhole = startText.endsWith('\n') && endText?.endsWith('\n') !== false;
  if (!(end && isWhole) && isRunning(pid) && !isAbandoned) return undefined;
  if (!isWhole) {
    forget([startFile, endFile]); // The disk was full: what it was, and how it ended, is not known.
    return undefined;
  }
  const [notes = '', ...goals] = startText.split('\n');
  if (!NOTES.test(notes)) goals.unshift(notes);
  const succeeded = endText?.trim() === '0';
  const durationMs = end && Math.max(0, end.mtimeMs - start.mtimeMs);
  return {
    command: {
      goals: splitGoals(goals.join(' ')),
      end: !end ? 'interrupted' : succeeded ? 'succeeded' : 'failed',
      durationMs,
    },
    local: NOTES.exec(notes)?.[1] !== undefined,
    ci: NOTES.exec(notes)?.[2] !== undefined,
    startMs: start.mtimeMs,
    endMs: end?.mtimeMs ?? start.mtimeMs,
    identity: `run ${pid} ${start.mtimeMs} ${start.ino}`,
    forget: () => forget([startFile, endFile]),
  };
}

/** Forgets every command, also one that still runs. Never throws. */
export function removeRuns(project: Project): void {
  try {
    forget(readdirSync(project.spool).map((name) => join(project.spool, name)));
  } catch {
    // There are none.
  }
}

/** Every command that is over and not yet forgotten, oldest first. Never throws. */
export function finishedRuns(project: Project, nowMs: number): Run[] {
  let names: string[];
  try {
    names = readdirSync(project.spool);
  } catch {
    return [];
  }
  const pids = new Set(names.map((name) => Number(/^(\d+)\.(start|end)$/.exec(name)?.[1] ?? 0)));
  const runs: Run[] = [];
  for (const pid of pids) {
    if (pid === 0) continue;
    try {
      const run = readRun(project, pid, nowMs);
      if (run) runs.push(run);
    } catch {
      // Being written, or not ours to read: the next one will see.
    }
  }
  return runs.sort((a, b) => a.startMs - b.startMs);
}
