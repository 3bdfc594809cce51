// Whether system calls can be counted here.

import { execFileSync } from 'node:child_process';

function canTrace(): boolean {
  try {
    execFileSync('strace', ['-f', '-o', '/dev/null', 'true'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

export const hasStrace: boolean = canTrace();
