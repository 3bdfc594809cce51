// The way of an event that somebody reports by name: record it, then deliver what is batch.

import { systemCode } from '../errors';
import { declaredOnly, type NewEvent } from '../host/goals';
import { record } from '../journal/journal';
import { mint } from '../journal/mint';
import { untilMs } from '../process/clock';
import { isCi } from '../settings';
import { hasReports, spoolRecords } from '../spool/reports';
import { makeRecordFolder } from '../state/change';
import { collect } from './collect';
import { declaredIn, deliverPending, deliverUnwritten, identify, type Session } from './session';

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
    if (written === undefined) return spoolRecords(session.project, records);
  } catch (error) {
    if (systemCode(error) === undefined) throw error; // A defect, not a disk.
    return deliverUnwritten(session, records);
  }
  // An earlier event may have been left there, as above.
  if (hasReports(session.project)) return collect(session);
  await deliverPending(session);
}
