// The collector: records the make commands that are over and what their recipes reported, delivers,
// and looks again, until nothing new has come. One process at a time; what is noted while it runs is
// its business, and others leave at once.

import { systemCode } from '../errors';
import { acquire, type Lease } from '../files/lease';
import type { Declared } from '../host/declared';
import { eventsOf } from '../host/goals';
import { record } from '../journal/journal';
import { mint } from '../journal/mint';
import { LEASE, LINGER } from '../limits';
import { nowMs, untilMs } from '../process/clock';
import { makeRecordFolder } from '../project/folder';
import { honourDiscard } from '../record/discard';
import { isCi } from '../settings';
import { announceCollector, leaveCollector } from '../spool/collector';
import { spoolRecords } from '../spool/overflow';
import { hasFinished } from '../spool/spool';
import { recordFinished, type Shared } from './record';
import {
  declaredIn,
  deliverPending,
  deliverUnwritten,
  type IdentifiedSession,
  identify,
  type Session,
} from './session';

/** A command whose start could not be noted: its goals and how it ended. */
export interface OwnCommand {
  readonly goals: readonly string[];
  readonly succeeded: boolean;
}

/** What a collector is asked for. */
export interface Collecting {
  /** The command that this process was started for, when it is not in the spool. */
  readonly own?: OwnCommand | undefined;
  /** For a person who asks: pauses after failures are ignored, and a running collector is waited for. */
  readonly evenIfPaused?: boolean;
  /** Nobody waits for this process: it stays a moment, for the next command of a loop. */
  readonly lingers?: boolean;
}

/** Waits for more work, a moment. @returns whether there is some. */
async function comesMore({ project, endMs }: Session): Promise<boolean> {
  const untilMs = Math.min(endMs, nowMs() + LINGER.forMs);
  while (nowMs() < untilMs) {
    await new Promise((resolve) => setTimeout(resolve, LINGER.lookEveryMs));
    if (hasFinished(project)) return true;
  }
  return false;
}

/** Collects until nothing new has come. Call it with the lease held. @returns false when some is left. */
async function collectAll(
  session: IdentifiedSession,
  declared: Declared,
  shared: Shared,
  { evenIfPaused = false, lingers = false }: Collecting,
): Promise<boolean> {
  const { project, endMs } = session;
  for (;;) {
    const isExpected = hasFinished(project);
    const notes = await recordFinished(project, declared, shared);
    await deliverPending(session, evenIfPaused);
    // What nobody can read or remove does not keep this process going.
    if (notes === undefined || (notes === 0 && isExpected)) return false;
    if (nowMs() >= endMs) return true;
    if (!hasFinished(project) && !(lingers && (await comesMore(session)))) return true;
  }
}

/** Gives the lease back, and says so to make/track first. */
function leave(session: Session, held: Lease): void {
  leaveCollector(session.project);
  held.release();
}

/**
 * Collects as long as there is something, one process at a time.
 * @returns false when another process collects. @throws the system's error.
 */
async function collectInTurn(
  session: IdentifiedSession,
  declared: Declared,
  shared: Shared,
  collecting: Collecting,
): Promise<boolean> {
  const { project, endMs } = session;
  const atExit = () => leaveCollector(project);
  process.on('exit', atExit); // At the deadline, too.
  let waitMs = collecting.evenIfPaused ? untilMs(endMs) / 2 : 0;
  let hasCollected = false;
  do {
    const holdMs = untilMs(endMs) + LEASE.marginMs;
    const held = await acquire(project.leases, 'collect', { holdMs, waitMs });
    if (!held) break;
    hasCollected = true;
    waitMs = 0;
    try {
      announceCollector(project);
      if (!(await collectAll(session, declared, shared, collecting))) break;
    } finally {
      leave(session, held);
    }
    // What was finished while make/track still saw this collector.
  } while (nowMs() < endMs && hasFinished(project));
  leaveCollector(project);
  return hasCollected;
}

/** Records the command that could not be noted: nobody knows how long it took. */
async function recordOwn(
  session: IdentifiedSession,
  declared: Declared,
  shared: Shared,
  { goals, succeeded }: OwnCommand,
): Promise<void> {
  const end = succeeded ? 'succeeded' : 'failed';
  const events = eventsOf({ goals, end, durationMs: undefined }, declared);
  const records = mint(events, { ...shared, atMs: Date.now() });
  try {
    makeRecordFolder(session.project);
    const written = await record(session.project, records, { isNew: true });
    if (written === undefined) spoolRecords(session.project, records);
  } catch (error) {
    if (systemCode(error) === undefined) throw error; // A defect, not a disk.
    await deliverUnwritten(session, records);
  }
}

/**
 * Records every make command that is over and everything that recipes reported, then delivers.
 * @returns false when another process does all that.
 */
export async function collect(begun: Session, collecting: Collecting = {}): Promise<boolean> {
  const { own, evenIfPaused = false } = collecting;
  if (!(await isReady(begun))) return true; // Nothing may be sent now.
  const session = await identify(begun);
  const shared = { id: session.id, local: session.consent.mode === 'local', ci: isCi(session.env) };
  const declared = declaredIn(session);
  if (own) await recordOwn(session, declared, shared, own);
  try {
    makeRecordFolder(session.project);
    if (await collectInTurn(session, declared, shared, collecting)) return true;
    if (own || evenIfPaused) await deliverPending(session, evenIfPaused);
    return false;
  } catch (error) {
    // What was noted is recorded when there is room again.
    if (systemCode(error) === undefined) throw error;
    return true;
  }
}

/** Whether the record may be used: what `disable` asked for, without Node, is done first. */
export async function isReady({ project, endMs }: Session): Promise<boolean> {
  try {
    return await honourDiscard(project, untilMs(endMs) / 2);
  } catch (error) {
    if (systemCode(error) === undefined) throw error;
    return false;
  }
}
