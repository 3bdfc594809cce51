// Events that recipes reported through the macro `analytics-event`: one line each,
// `EVENT key=value …`, appended by the shell to one file. It is renamed before it is read, so that what
// recipes report meanwhile begins a new one.

import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { crypto } from '../builtin';
import { type EventName, type NewEvent, UNDECLARED } from '../catalogue/catalogue';
import { isName, validate } from '../catalogue/validate';
import { REPORTS_MAX_BYTES } from '../limits';
import type { Project } from '../project/project';
import { noteStat, readNote, removeNotes, spoolNames } from './notes';

/** What a line says: an event, and whether it is never to be sent. */
export interface Report {
  readonly event: NewEvent;
  readonly local: boolean;
}

/** Reports as they were taken. */
export interface Taken {
  /** Every valid one, in order; more may be added at the end. */
  readonly reports: readonly Report[];
  /** Stays the same however often the same reports are read, and is no other's. */
  readonly identity: string;
  /** When they were taken. */
  readonly atMs: number;
  /**
   * Removes them, once they are recorded. @returns false, and leaves them, when a recipe that had
   * opened the file before it was taken has added something since, or when they cannot be removed.
   */
  forget(): boolean;
}

/** `key=value` words as an object; a word without `=` gets an empty value. */
export function parsePairs(words: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    words.map((word) => {
      const at = word.indexOf('=');
      return at < 0 ? [word, ''] : [word.slice(0, at), word.slice(at + 1)];
    }),
  );
}

/** What cannot be a name is somebody's own, like a name that the project does not declare. */
function withNames(pairs: Record<string, string>): Record<string, string> {
  const result = { ...pairs };
  for (const [key, word] of Object.entries(UNDECLARED)) {
    if (Object.hasOwn(result, key) && !isName(result[key]!)) result[key] = word;
  }
  return result;
}

/** A line, if the catalogue knows it. Recipes write `EVENT key=value …`, `local: ` before it or not. */
function parseReport(text: string): Report | undefined {
  const words = text.split(/\s+/).filter(Boolean);
  const local = words[0] === 'local:';
  const [event = '', ...pairs] = local ? words.slice(1) : words;
  const checked = validate(event, withNames(parsePairs(pairs)));
  if (!checked.ok) return undefined;
  return { event: { event: event as EventName, properties: checked.properties }, local };
}

const LIVE = 'reports';
/** `reports.TIME-RANDOM`: the name says what no file system can be asked for, and stays the same. */
const TAKEN = /^reports\.(\d{1,16})-[0-9a-f]+$/;

/** A name for reports that were taken at a moment. */
const takenName = (atMs: number): string =>
  `${LIVE}.${Math.max(0, Math.floor(atMs))}-${crypto().randomBytes(8).toString('hex')}`;

const takenNames = (project: Project) => spoolNames(project).filter((name) => TAKEN.test(name));

/** Whether recipes have reported something that is not recorded yet. */
export function hasReports(project: Project): boolean {
  return (noteStat(project, LIVE)?.size ?? 0) > 0 || takenNames(project).length > 0;
}

/** How many reports wait; lines that are no reports count as well. */
export function countReports(project: Project): number {
  const texts = [LIVE, ...takenNames(project)].map(
    (name) => readNote(project, name, REPORTS_MAX_BYTES) ?? '',
  );
  return texts.reduce((sum, text) => sum + text.split('\n').length - 1, 0);
}

function takeAway(project: Project): string | undefined {
  if (!noteStat(project, LIVE)) return undefined;
  const name = takenName(Date.now());
  try {
    renameSync(project.reports, join(project.spool, name));
    return name;
  } catch {
    return undefined; // Not ours to write.
  }
}

function readTaken(project: Project, name: string): Taken | undefined {
  if ((noteStat(project, name)?.size ?? 0) > REPORTS_MAX_BYTES) removeNotes(project, [name]);
  const text = readNote(project, name, REPORTS_MAX_BYTES);
  if (text === undefined) return undefined;
  const bytes = Buffer.byteLength(text);
  return {
    reports: text
      .split('\n')
      .map(parseReport)
      .filter((report) => report !== undefined),
    identity: name,
    atMs: Number(TAKEN.exec(name)![1]),
    forget: () => (noteStat(project, name)?.size ?? 0) <= bytes && removeNotes(project, [name]),
  };
}

/**
 * Takes what recipes have reported, or first what a crashed process had taken before. Call it with
 * the lease `collect` held. Never throws: what is not ours to read is left to others.
 */
export function takeReports(project: Project): Taken | undefined {
  for (const name of takenNames(project).sort()) {
    const taken = readTaken(project, name);
    if (taken) return taken;
  }
  const name = takeAway(project);
  return name === undefined ? undefined : readTaken(project, name);
}
