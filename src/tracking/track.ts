// An event that somebody reports by name: recorded at once, then delivered with what is pending.

import type { NewEvent } from '../catalogue/catalogue';
import { systemCode } from '../errors';
import { declaredOnly } from '../host/goals';
import { record } from '../journal/journal';
import { mint } from '../journal/mint';
import { untilMs } from '../process/clock';
import { makeRecordFolder } from '../project/folder';
import { isCi } from '../settings';
import { spoolRecords } from '../spool/overflow';
import { hasFinished } from '../spool/spool';
import { collect, isReady } from './collect';
import { declaredIn, deliverPending, deliverUnwritten, identify, type Session } from './session';

/** Records one event that somebody reports by name, then delivers. Call it with a valid event. */
export async function trackEvent(begun: Session, event: NewEvent): Promise<void> {
  if (!(await isReady(begun))) return;
  const session = await identify(begun);
  const properties = declaredOnly(event.properties, declaredIn(session));
  const records = mint([{ ...event, properties }], {
    atMs: Date.now(),
    id: session.id,
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
  if (hasFinished(session.project) && (await collect(session))) return;
  await deliverPending(session);
}
