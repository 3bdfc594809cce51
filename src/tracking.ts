// The way of an event that somebody reports by name: record it, then deliver what is owed.

import { untilMs } from './clock';
import { collect } from './collecting';
import { systemCode } from './errors';
import { declaredOnly, type NewEvent } from './host/goals';
import { hasInbox, leaveInInbox } from './host/inbox';
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
    const limits = { waitMs: untilMs(session.endMs) / 2, isNew: true };
    const written = await record(session.project, records, limits);
    if (written === undefined) return leaveInInbox(session.project, records);
  } catch (error) {
    if (systemCode(error) === undefined) throw error; // A defect, not a disk.
    return deliverUnwritten(session, records);
  }
  // An earlier event may have been left there, as above.
  if (hasInbox(session.project)) return collect(session);
  await deliverOwed(session);
}
