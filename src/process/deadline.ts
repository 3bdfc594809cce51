// The hard deadline: whatever still runs then, the process is gone. And no word of what went wrong.

import { untilMs } from '../clock';
import type { Session } from '../tracking/session';

/**
 * Leaves with status 0 at the session's deadline. Sockets and c-ares queries do not hold an exit;
 * nothing here uses the thread pool for the network (delivery/resolve.ts says why). What has to be
 * given back at an exit, such as leases, listens for it.
 */
export function leaveAtDeadline({ endMs }: Session): void {
  setTimeout(() => process.exit(0), untilMs(endMs)).unref();
}

/** Does `work` without a word, and with status 0, even where there is a defect in it. */
export async function quietly({ debug }: Session, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (debug) throw error;
  }
}
