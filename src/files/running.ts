// Whether a process is there.

import { systemCode } from '../errors';

/** Whether a process of this number runs, as anybody. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemCode(error) === 'EPERM';
  }
}
