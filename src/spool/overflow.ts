// Overflow: records that a shim could not append, because another process kept the journal busy.
//
// Each process leaves a file of its own, whole or not at all; the next collector records it.

import { join } from 'node:path';
import { v4 } from 'uuid';
import { writeAtomically } from '../files/atomic';
import { type EventRecord, formatEvent, parseLine } from '../journal/records';
import { SPOOL_MAX_FILES } from '../limits';
import type { Project } from '../project/project';
import { readNote, removeNotes, spoolNames } from './notes';

const NAME = /^[0-9a-f-]{36}\.records$/;
const MAX_BYTES = 16 * 1024 * 1024;

/** Records that wait in a file. */
export interface Overflow {
  readonly records: readonly EventRecord[];
  /** Removes the file, once they are recorded. @returns whether it is gone. */
  forget(): boolean;
}

/** Leaves records for the next collector, unless the spool is full. @throws the system's error. */
export function spoolRecords(project: Project, records: readonly EventRecord[]): void {
  if (spoolNames(project).length >= SPOOL_MAX_FILES) return;
  const path = join(project.spool, `${v4()}.records`);
  writeAtomically(path, records.map(formatEvent).join(''), { durably: false, follows: false });
}

const names = (project: Project) => spoolNames(project).filter((name) => NAME.test(name));

/** Whether there is any. */
export const hasOverflow = (project: Project): boolean => names(project).length > 0;

function read(project: Project, name: string): EventRecord[] {
  const lines = (readNote(project, name, MAX_BYTES) ?? '').split('\n').map(parseLine);
  return lines.flatMap((line) => (line.kind === 'event' ? [line.record] : []));
}

/** How many records wait. */
export function countOverflow(project: Project): number {
  return names(project).reduce((sum, name) => sum + read(project, name).length, 0);
}

/** Everything there is. */
export function readOverflow(project: Project): Overflow[] {
  return names(project).map((name) => ({
    records: read(project, name),
    forget: () => removeNotes(project, [name]),
  }));
}
