// The way of an event: consent → record → deliver. Silent: whatever goes wrong here, the command
// that is being tracked must not notice.

import { readFileSync } from 'node:fs';
import { v4 } from 'uuid';
import { type Consent, decide } from './consent/consent';
import type { Delivered } from './delivery/deliver';
import { UserError } from './errors';
import { claim } from './files/claim';
import { type Declared, readDeclared } from './host/declared';
import { declaredOnly, eventsOf, type NewEvent } from './host/goals';
import { takeInbox } from './host/inbox';
import { finishedRuns, type Run } from './host/runs';
import { record } from './journal/journal';
import { type Moment, mint } from './journal/mint';
import type { EventRecord } from './journal/records';
import { CLAIM, LEAVE_MS } from './limits';
import type { Project } from './project';
import {
  declarationFolders,
  type Environment,
  isCi,
  readSettings,
  type Settings,
} from './settings';
import { changeState, makeRecordFolder } from './state/change';
import { mirrorMode } from './state/mirror';
import { KEYS, readState, type State } from './state/state';

/** Delivery, with posthog-node behind it, is loaded when something is to be sent, and not before. */
async function loadDelivery() {
  const [{ chooseRoute }, { deliver, keepJournalSmall }] = await Promise.all([
    import(/* webpackMode: "eager" */ './delivery/choose'),
    import(/* webpackMode: "eager" */ './delivery/deliver'),
  ]);
  return { chooseRoute, deliver, keepJournalSmall };
}

/** What a tracking process knows when it begins. */
export interface Session {
  readonly project: Project;
  readonly env: Environment;
  readonly consent: Consent;
  readonly state: State;
  readonly settings: Settings;
  /** When it must be gone, on the clock of `performance.now`, which starts with the process. */
  readonly endMs: number;
}

/**
 * Begins to track, or answers undefined when there is nothing to do: analytics is off, or a file or
 * a setting is wrong (people's commands say so; tracking is quiet).
 */
export function beginTracking(project: Project, env: Environment): Session | undefined {
  try {
    const state = readState(project);
    const consent = decide(env, state.enabled);
    if (consent.decidedBy === 'ANALYTICS_ENABLED') mirrorMode(project, consent.mode);
    if (consent.mode === 'off') return undefined;
    const settings = readSettings(project.root, env);
    return { project, env, consent, state, settings, endMs: settings.deadlineMs };
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

/** The anonymous id; made and kept on first use. Where it cannot be kept, it lives for this run. */
export async function identify({ project, state }: Session): Promise<string> {
  if (state.id) return state.id;
  const fresh = v4();
  try {
    const now = await changeState(project, ({ id }) => (id ? {} : { [KEYS.id]: fresh }));
    return now.id ?? fresh;
  } catch {
    return fresh;
  }
}

/** Whether, at this moment, something may still be sent, and under which id. */
export function permission({ project, env }: Pick<Session, 'project' | 'env'>) {
  return () => {
    try {
      const state = readState(project);
      return { mode: decide(env, state.enabled).mode, id: state.id };
    } catch {
      return { mode: 'off' as const, id: undefined };
    }
  };
}

/** Delivers what the journal owes, within the session's deadline. Silent. */
export async function deliverOwed(
  session: Session,
  evenIfPaused = false,
): Promise<Delivered | undefined> {
  const { chooseRoute, deliver, keepJournalSmall } = await loadDelivery();
  const isOn = session.consent.mode === 'on';
  const route = isOn ? chooseRoute(session.settings, session.env) : undefined;
  try {
    if (!route) keepJournalSmall(session.project);
    if (!isOn) return undefined;
    return await deliver(session.project, route, permission(session), session.endMs, evenIfPaused);
  } catch (error) {
    if (session.settings.debug) console.error(error);
    return undefined; // The record cannot be written any more; what it holds stays owed.
  }
}

/** Sends records that could not be written down: once, from memory. For read-only checkouts in CI. */
async function deliverUnwritten(session: Session, records: readonly EventRecord[]): Promise<void> {
  const { chooseRoute } = await loadDelivery();
  const route = chooseRoute(session.settings, session.env);
  if (!route || session.consent.mode !== 'on' || records.length === 0) return;
  // Whole milliseconds: it throws on others.
  const leftMs = Math.floor(session.endMs - LEAVE_MS - performance.now());
  const signal = AbortSignal.timeout(Math.max(1, leftMs));
  await route.sender.send(records, route.transport, signal);
}

function saltOf(project: Project): string {
  try {
    return readFileSync(project.salt, 'utf8');
  } catch {
    return '';
  }
}

function declaredIn({ project, env }: Session): Declared {
  return readDeclared(project.root, declarationFolders(env));
}

/** Records one event that somebody reports by name, then delivers. Call it with a valid event. */
export async function trackEvent(session: Session, event: NewEvent): Promise<void> {
  const id = await identify(session);
  const properties = declaredOnly(event.properties, declaredIn(session));
  const records = mint([{ ...event, properties }], {
    atMs: Date.now(),
    id,
    local: session.consent.mode === 'local',
    ci: isCi(session.env),
  });
  try {
    makeRecordFolder(session.project);
    await record(session.project, records);
  } catch {
    return deliverUnwritten(session, records);
  }
  await deliverOwed(session);
}

/** Records runs and reports, and forgets each once it is in the journal. Call with the claim held. */
async function recordFinished(
  project: Project,
  runs: readonly Run[],
  declared: Declared,
  shared: Pick<Moment, 'id' | 'local' | 'ci'>,
): Promise<void> {
  const salt = saltOf(project);
  for (const run of runs) {
    const origin = { identity: run.identity, salt };
    const moment = { ...shared, atMs: run.endMs, origin };
    const written = await record(project, mint(eventsOf(run.command, declared), moment));
    if (written === undefined) return; // The journal was busy: the next one will.
    run.forget();
  }
  let done = '';
  for (let first = 0; ; ) {
    const taken = takeInbox(project);
    if (!taken || taken.identity === done) return; // Or it cannot be removed.
    const events = taken.events.slice(first).map(({ event, properties }) => ({
      event,
      properties: declaredOnly(properties, declared),
    }));
    const origin = { identity: taken.identity, salt, first };
    const written = await record(project, mint(events, { ...shared, atMs: taken.atMs, origin }));
    if (written === undefined) return;
    // Once more: for what came late, or, after what a crashed process had taken, for the inbox itself.
    const isGone = taken.forget();
    first = isGone ? 0 : taken.events.length;
    if (isGone) done = taken.identity;
  }
}

/**
 * Records every make command that is over and everything that recipes reported, then delivers.
 * `own` is the command that this process was started for: where its start could not be written
 * down, it is recorded without a duration. `evenIfPaused` is for a person who asks.
 */
export async function collect(
  session: Session,
  {
    own,
    evenIfPaused,
  }: {
    own?: { goals: readonly string[]; succeeded: boolean } | undefined;
    evenIfPaused?: boolean;
  } = {},
): Promise<void> {
  const { project, env, consent } = session;
  const id = await identify(session);
  const shared = { id, local: consent.mode === 'local', ci: isCi(env) };
  const declared = declaredIn(session);
  let runs: readonly Run[] | undefined;
  try {
    makeRecordFolder(project);
    const held = await claim(project.claims, 'collect', CLAIM.journal);
    if (held) {
      try {
        runs = finishedRuns(project, Date.now());
        await recordFinished(project, runs, declared, shared);
      } finally {
        held.release();
      }
    }
  } catch {
    // A command that was noted is recorded when there is room again: sent now, it would count twice.
    runs ??= finishedRuns(project, Date.now());
    if (!own || runs.length > 0) return;
    const end = own.succeeded ? 'succeeded' : 'failed';
    const events = eventsOf({ goals: own.goals, end, durationMs: undefined }, declared);
    return deliverUnwritten(session, mint(events, { ...shared, atMs: Date.now() }));
  }
  await deliverOwed(session, evenIfPaused);
}
