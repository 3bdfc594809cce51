// The hard deadline: whatever still runs then, the process is gone.

import type { Session } from '../tracking';

/**
 * Leaves with status 0 at the session's deadline. Sockets and c-ares queries do not hold an exit;
 * nothing here uses the thread pool for the network (delivery/resolve.ts says why).
 */
export function leaveAtDeadline({ endMs }: Session): void {
  setTimeout(() => process.exit(0), Math.max(1, endMs - performance.now())).unref();
}
