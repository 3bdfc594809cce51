// The running collector, by name: `spool/collector`. make/track looks at it before it starts another.
//
// It is a hint, and no lease: the lease `collect` decides who collects. make/track makes the file
// before the process is there; the process puts its own name in once it holds the lease, and takes it
// away before it lets go.

import { unlinkSync } from 'node:fs';
import { writeAtomically } from '../files/atomic';
import { readRegularText } from '../files/regular';
import { startOf, whereWeRun } from '../files/running';
import type { Project } from '../project/project';

const UNKNOWN = '-';

/** This process, in the words of make/track. */
function ownName(): string {
  const { boot = UNKNOWN, firstStart = UNKNOWN } = whereWeRun();
  return `${process.pid} ${boot} ${firstStart}`;
}

/** Says that this process collects. Never throws: then make starts processes that leave at once. */
export function announceCollector({ collector }: Project): void {
  const text = `${ownName()} ${startOf(process.pid) ?? UNKNOWN}\n`;
  try {
    writeAtomically(collector, text, { durably: false, follows: false });
  } catch {
    // Nobody has to know.
  }
}

/** Takes the file away, if it names this process. Never throws. */
export function leaveCollector({ collector }: Project): void {
  try {
    const [pid, boot, firstStart] = readRegularText(collector, { follows: false })
      .trim()
      .split(' ');
    if (`${pid} ${boot} ${firstStart}` === ownName()) unlinkSync(collector);
  } catch {
    // It is not there, or not to be touched: its process is gone soon, and make/track looks.
  }
}
