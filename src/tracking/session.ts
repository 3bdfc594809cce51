// What a tracking process is allowed to do, and how it sends: consent, identity, delivery.
//
// Silent: whatever goes wrong here, the command that is being tracked must not notice.

import { v4 } from 'uuid';
import { type Consent, decide } from '../consent/consent';
import { UserError } from '../errors';
import { type Declared, readDeclared } from '../host/declared';
import { declarationFolders } from '../host/settings';
import type { EventRecord } from '../journal/records';
import { LEAVE_MS } from '../limits';
import { untilMs } from '../process/clock';
import type { Project } from '../project/project';
import { type Environment, readSettings, type Settings } from '../settings';
import { changeState } from '../state/change';
import { KEYS, readState, type State } from '../state/state';

/** Delivery, with posthog-node behind it, is loaded when something is to be sent, and not before. */
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
  readonly settings: Settings;
  /** When it must be gone, of clock.ts. */
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
    if (consent.mode === 'off') return undefined;
    const settings = readSettings(project.root, env);
    return { project, env, consent, state, settings, endMs: settings.deadlineMs };
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

/** The anonymous id; made and kept on first use. Where it cannot be kept, it lives for this run. */
export async function identify({ project, state, endMs }: Session): Promise<string> {
  if (state.id) return state.id;
  const fresh = v4();
  try {
    const keep = (now: State) => (now.id ? {} : { [KEYS.id]: fresh });
    const now = await changeState(project, keep, untilMs(endMs) / 2);
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
export async function deliverPending(session: Session, evenIfPaused = false): Promise<void> {
  const { routeFor, deliver, keepJournalSmall } = await loadDelivery();
  const isOn = session.consent.mode === 'on';
  const route = isOn ? routeFor(session.settings, session.env) : undefined;
  try {
    if (route)
      await deliver(session.project, route, permission(session), session.endMs, evenIfPaused);
    else keepJournalSmall(session.project);
  } catch (error) {
    if (session.settings.debug) console.error(error);
    // The record cannot be written any more; what it holds stays batch.
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
  const { routeFor } = await loadDelivery();
  const route = routeFor(session.settings, session.env);
  const { mode, decidedBy } = session.consent;
  if (!route || mode !== 'on' || decidedBy !== 'ONRAMP_ANALYTICS_ENABLED') return;
  if (records.length === 0) return;
  await route.sender.send(records, route.transport, session.endMs - LEAVE_MS);
}

/** What the session's host project declares. */
export function declaredIn({ project }: Session): Declared {
  return readDeclared(project.root, declarationFolders(project.root));
}
