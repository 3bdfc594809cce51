// What a tracking process is allowed to do, and how it sends: consent, identity, delivery.
//
// Silent: whatever goes wrong here, the command that is being tracked must not notice.

import { existsSync } from 'node:fs';
import { v4 } from 'uuid';
import { type Consent, decide } from '../consent/consent';
import { UserError } from '../errors';
import { type Declared, readDeclared } from '../host/declared';
import { declarationFolders } from '../host/settings';
import type { EventRecord } from '../journal/records';
import { LEAVE_MS } from '../limits';
import { untilMs } from '../process/clock';
import { type Project, projectAt } from '../project/project';
import { type Environment, isDebug, readDeadline, readSettings, type Settings } from '../settings';
import { changeState } from '../state/change';
import { KEYS, readState, type State } from '../state/state';

/** Delivery, with its senders behind it, is loaded when something is to be sent, and not before. */
async function loadDelivery() {
  const [{ routeFor }, { deliver, keepJournalSmall }] = await Promise.all([
    import(/* webpackMode: "eager" */ '../delivery/route'),
    import(/* webpackMode: "eager" */ '../delivery/deliver'),
  ]);
  return { routeFor, deliver, keepJournalSmall };
}

/** What a tracking process knows when it begins. */
export interface Session {
  readonly project: Project;
  readonly env: Environment;
  readonly consent: Consent;
  readonly state: State;
  /** How to send; undefined when a setting is wrong: then events are recorded, and wait. */
  readonly settings: Settings | undefined;
  readonly debug: boolean;
  /** When it must be gone, in ms of process uptime. */
  readonly endMs: number;
}

/** A session that has an anonymous id, and the project as it is with it. */
export interface IdentifiedSession extends Session {
  readonly id: string;
}

/** Undefined for what a person would be told about, and has done wrong. */
function unlessWrong<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

/**
 * Begins to track, or answers undefined when there is nothing to do: analytics is off, or the state
 * file cannot be understood (people's commands say so; tracking is quiet).
 */
export function beginTracking(project: Project, env: Environment): Session | undefined {
  const state = unlessWrong(() => readState(project));
  if (!state) return undefined;
  const consent = decide(env, state.enabled);
  if (consent.mode === 'off') return undefined;
  const settings = unlessWrong(() => readSettings(project.root, env));
  return {
    project,
    env,
    consent,
    state,
    settings,
    debug: isDebug(env),
    endMs: readDeadline(env),
  };
}

/**
 * The session with the anonymous id; made and kept on first use. Where it cannot be kept, it lives for
 * this run. Without git, the record is where the id says.
 */
export async function identify(session: Session): Promise<IdentifiedSession> {
  const { project, env, state, endMs } = session;
  if (state.id) return { ...session, id: state.id };
  const fresh = v4();
  let id = fresh;
  try {
    const keep = (now: State) => (now.id ? {} : { [KEYS.id]: fresh });
    id = (await changeState(project, keep, untilMs(endMs) / 2)).id ?? fresh;
  } catch {
    // It is not kept.
  }
  return { ...session, project: projectAt(project.root, env), id };
}

/** Whether, at this moment, something may still be sent, and under which id. */
export function permission({ project, env }: Pick<Session, 'project' | 'env'>) {
  return () => {
    try {
      const state = readState(project);
      // The marker of make's part: it was turned off, and what waits is to be dropped.
      const mode = existsSync(project.discard) ? 'off' : decide(env, state.enabled).mode;
      return { mode, id: state.id };
    } catch {
      return { mode: 'off' as const, id: undefined };
    }
  };
}

/** How to send; undefined when nothing may or can be sent now. */
async function routeOf({ consent, settings, env }: Session) {
  if (consent.mode !== 'on' || !settings) return undefined;
  return (await loadDelivery()).routeFor(settings, env);
}

/** Delivers what is pending, within the session's deadline. Silent. */
export async function deliverPending(session: Session, evenIfPaused = false): Promise<void> {
  const { project, endMs } = session;
  const { deliver, keepJournalSmall } = await loadDelivery();
  try {
    const route = await routeOf(session);
    if (route) await deliver(project, route, permission(session), endMs, evenIfPaused);
    else await keepJournalSmall(project, endMs);
  } catch (error) {
    if (session.debug) console.error(error);
    // The record cannot be written any more; what it holds stays pending.
  }
}

/**
 * Sends records that could not be written down: once, from memory. Only where the environment turned
 * analytics on, as in a read-only checkout in CI: elsewhere people can see what was sent.
 */
export async function deliverUnwritten(
  session: Session,
  records: readonly EventRecord[],
): Promise<void> {
  if (session.consent.decidedBy !== 'ONRAMP_ANALYTICS_ENABLED' || records.length === 0) return;
  const route = await routeOf(session);
  if (!route) return;
  await route.sender.send(records, route.transport, session.endMs - LEAVE_MS);
}

/** What the session's host project declares. */
export function declaredIn({ project }: Session): Declared {
  return readDeclared(project.root, declarationFolders(project.root));
}
