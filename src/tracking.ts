// The way of an event that somebody reports by name: record it, then deliver what is owed.

import { untilMs } from './clock';
import { declaredOnly, type NewEvent } from './host/goals';
import { leaveInInbox } from './host/inbox';
import { record } from './journal/journal';
import { mint } from './journal/mint';
import { declaredIn, deliverOwed, deliverUnwritten, identify, type Session } from './session';
import { isCi } from './settings';
import { makeRecordFolder } from './state/change';

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
    const written = await record(session.project, records, untilMs(session.endMs) / 2);
    if (written === undefined) return leaveInInbox(session.project, { ...event, properties });
  } catch {
    return deliverUnwritten(session, records);
  }
  await deliverOwed(session);
}
