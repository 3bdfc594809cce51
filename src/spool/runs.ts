// The make commands that make/track noted: `ID.start` when one began, `ID.end` when it was over.
//
// The files' times are the command's times, so that no clock has to be started for it; how long it took is told by the
// system's uptime in both, where there is one, as somebody may set the clock in between. The first line of a start says
// which process it is and where: whether that still runs can be said of a process of this pid namespace alone. An id is
// never used twice.

import type { Stats } from 'node:fs';
import { isRunning, startOf, whereWeRun } from '../files/running';
import type { Command } from '../host/goals';
import { COUNT_MAX, NOTE_TORN_MS, RUN_GIVEN_UP_MS, UPTIME_DIFFERS_MS } from '../limits';
import type { Project } from '../project/project';
import { rememberGivenUp } from './given-up';
import { noteStat, readNote, removeNotes, spoolNames } from './notes';

/** A command that is over, with what makes its records' uuids the same on every try. */
export interface Run {
  readonly command: Command;
  /** What was so when it began, whoever records it. */
  readonly local: boolean;
  readonly ci: boolean;
  /** When it was over; for an interrupted one, when it began: nobody saw its end. */
  readonly endMs: number;
  /** Differs between any two runs, and is the same whenever the same run is read again. */
  readonly identity: string;
  /** Removes the run's files, once its events are recorded. @returns whether they are gone. */
  forget(): boolean;
}

const NAME = /^([A-Za-z0-9][A-Za-z0-9-]{0,79})\.(start|end)$/;
/** Two goals, and what says where it ran. */
const MAX_BYTES = 64 * 1024;
const UNKNOWN = '-';

/** Words separated by white space, as make itself separates goals. */
export const splitGoals = (text: string): string[] => text.split(/\s+/).filter(Boolean);

/** The process of a command, as the first line of its start names it. */
interface Noted {
  readonly pid: number;
  readonly start: string;
  readonly boot: string;
  readonly firstStart: string;
  readonly flags: readonly string[];
}

function parseHeader(line: string): Noted | undefined {
  const [version, pid, start, boot, firstStart, ...flags] = splitGoals(line);
  if (version !== 'v1' || !pid || !start || !boot || !firstStart) return undefined;
  return { pid: Number(pid), start, boot, firstStart, flags };
}

/** Whether a command whose end nobody has noted is still to be waited for. */
function mayRun({ pid, start, boot, firstStart }: Noted, ageMs: number): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  if (boot === UNKNOWN) return ageMs <= RUN_GIVEN_UP_MS.any && isRunning(pid); // No /proc, as on macOS.
  const here = whereWeRun();
  // Without its start times, but with its boot: a container that sees the host's /proc.
  const isKnown = start !== UNKNOWN && firstStart !== UNKNOWN;
  const isHere = isKnown && here.hasProc && here.boot === boot && here.firstStart === firstStart;
  if (!isHere) return ageMs <= RUN_GIVEN_UP_MS.elsewhere;
  return startOf(pid) === start;
}

/** The uptime in a note, in milliseconds. */
const uptimeOf = (text: string | undefined): number =>
  /^\d{1,12}(\.\d+)?$/.test(text ?? '') ? Number(text) * 1000 : Number.NaN;

/**
 * When a command was over, and how long it took, in milliseconds; the latter undefined where it cannot be told. The
 * files' times are finer than the uptime, and count as long as both say the same.
 */
function timesOf(
  start: Stats,
  end: Stats,
  uptimes: readonly (string | undefined)[],
  nowMs: number,
) {
  const byClock = end.mtimeMs - start.mtimeMs;
  const byUptime = uptimeOf(uptimes[1]) - uptimeOf(uptimes[0]);
  const isClockWrong = byClock < 0 || Math.abs(byClock - byUptime) > UPTIME_DIFFERS_MS;
  // The clock was ahead when it ended, and is not any more.
  const isAhead = end.mtimeMs > nowMs + UPTIME_DIFFERS_MS && start.mtimeMs <= nowMs;
  const tookMs = byUptime >= 0 ? (isClockWrong ? byUptime : byClock) : isAhead ? -1 : byClock;
  const durationMs = tookMs >= 0 && tookMs <= COUNT_MAX ? tookMs : undefined;
  return { endMs: isAhead ? start.mtimeMs + (durationMs ?? 0) : end.mtimeMs, durationMs };
}

type State = { kind: 'over'; run: Run } | { kind: 'running' } | { kind: 'nothing' };
const NOTHING: State = { kind: 'nothing' };

function readRun(project: Project, id: string, nowMs: number): State {
  const names = [`${id}.start`, `${id}.end`] as const;
  const [start, end] = names.map((name) => noteStat(project, name));
  if (!start) {
    // Of a command that was recorded already.
    if (end) removeNotes(project, names);
    return NOTHING;
  }
  const ageMs = Math.abs(nowMs - start.mtimeMs);
  const text = readNote(project, names[0], MAX_BYTES) ?? '';
  const [first = '', ...goals] = text.split('\n');
  const noted = parseHeader(first);
  const endText = end && readNote(project, names[1], MAX_BYTES);
  const isWhole = noted !== undefined && text.endsWith('\n') && goals.length >= 2;
  const isEndWhole = endText?.endsWith('\n') === true;
  if (!(isWhole && isEndWhole)) {
    if (noted && mayRun(noted, ageMs)) return { kind: 'running' };
    // Perhaps it is being written at this moment.
    const newestMs = Math.max(start.mtimeMs, end?.mtimeMs ?? 0);
    const isTorn = !isWhole || end !== undefined;
    if (isTorn && Math.abs(nowMs - newestMs) <= NOTE_TORN_MS) return { kind: 'running' };
    if (isTorn) {
      removeNotes(project, names); // The disk was full: what it was, or how it ended, is not known.
      return NOTHING;
    }
  }
  const [status, uptime] = splitGoals(endText ?? '');
  const begun = noted?.flags.find((flag) => flag.startsWith('up='))?.slice('up='.length);
  const times = end && timesOf(start, end, [begun, uptime], nowMs);
  const run: Run = {
    command: {
      goals: goals.slice(0, 2).filter(Boolean),
      end: !end ? 'interrupted' : status === '0' ? 'succeeded' : 'failed',
      durationMs: times?.durationMs,
    },
    local: noted?.flags.includes('local') === true,
    ci: noted?.flags.includes('ci') === true,
    endMs: times?.endMs ?? start.mtimeMs,
    identity: `run ${id} ${start.mtimeMs}`,
    forget: () => {
      if (!end) rememberGivenUp(project, id);
      return removeNotes(project, names);
    },
  };
  return { kind: 'over', run };
}

/** The commands in the spool: those that are over, oldest first, and how many still run. Never throws. */
export function readRuns(project: Project, nowMs: number): { over: Run[]; running: number } {
  const ids = new Set(spoolNames(project).map((name) => NAME.exec(name)?.[1]));
  const over: Run[] = [];
  let running = 0;
  for (const id of ids) {
    if (id === undefined) continue;
    const state = readRun(project, id, nowMs);
    if (state.kind === 'over') over.push(state.run);
    else if (state.kind === 'running') running += 1;
  }
  return { over: over.sort((a, b) => a.endMs - b.endMs), running };
}
