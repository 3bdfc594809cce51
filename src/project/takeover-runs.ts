// The make commands that 1.0.0 noted and nobody collected, as a `node` that failed leaves them: `PID.start`, and
// `PID.end` when it was over. They become notes of the spool (spool/runs.ts), with the times that they have:
// those are when the command began and ended.

import { lstatSync, readdirSync, renameSync, type Stats, unlinkSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryIn } from '../files/atomic';
import { giveToOwnerOf } from '../files/owner';
import { readRegularText, writeRegular } from '../files/regular';
import type { Project } from './project';

const NAME = /^(\d{1,10})\.(start|end)$/;
/** More than goals take. */
const MAX_BYTES = 256 * 1024;
/** The first line of a start: what was so when the command began. An earlier form had the goals there. */
const FLAGS = /^(local)?( ci)?$/;

interface Note {
  readonly text: string;
  readonly stat: Stats;
}

/** A note that is whole; undefined for one that a full disk cut off, and for what is no file of ours. */
function readNote(path: string): Note | undefined {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (!stat?.isFile() || stat.size > MAX_BYTES) return undefined;
  try {
    const text = readRegularText(path, { follows: false });
    return text.endsWith('\n') ? { text, stat } : undefined;
  } catch {
    return undefined; // Not ours to read: it keeps nothing else from being taken.
  }
}

/** Puts a note into the spool, whole and with its time: what is read before has the same name and identity. */
function put({ record, spool }: Project, name: string, text: string, { atime, mtime }: Stats) {
  const temporary = temporaryIn(record);
  writeRegular(temporary, text);
  giveToOwnerOf(record, temporary);
  utimesSync(temporary, atime, mtime);
  renameSync(temporary, join(spool, name));
}

/** What 1.0.0 wrote, in the form of today. Its process is known by its number alone. */
function startOf(pid: string, text: string): string {
  const [first = '', ...lines] = text.split('\n');
  const flags = FLAGS.exec(first);
  const goals = (flags ? lines : [first, ...lines]).join(' ').split(/\s+/).filter(Boolean);
  const header = ['v1', pid, '-', '-', '-', ...(flags ? first.split(' ').filter(Boolean) : [])];
  return `${[header.join(' '), goals[0] ?? '', goals[1] ?? ''].join('\n')}\n`;
}

/**
 * Takes them into the spool. Call it with the lease `collect` held, and the spool made. A process that is killed
 * here does the same once more: neither names nor times change. @throws the system's error.
 */
export function takeRuns(folder: string, project: Project): void {
  const pids = readdirSync(folder).map((name) => NAME.exec(name)?.[1]);
  for (const pid of new Set(pids)) {
    if (pid === undefined) continue;
    const [startFile, endFile] = [join(folder, `${pid}.start`), join(folder, `${pid}.end`)];
    const start = readNote(startFile);
    if (!start) continue; // Not known what it was.
    const end = readNote(endFile);
    const hasEnd = lstatSync(endFile, { throwIfNoEntry: false })?.isFile() === true;
    if (hasEnd && !end) continue; // Not known how it ended.
    const id = `old-${pid}-${Math.floor(start.stat.mtimeMs)}`;
    // An end without a start is nobody's: a process that is killed between the two changes nothing.
    if (end) put(project, `${id}.end`, end.text, end.stat);
    put(project, `${id}.start`, startOf(pid, start.text), start.stat);
    unlinkSync(startFile);
    if (end) unlinkSync(endFile);
  }
}
