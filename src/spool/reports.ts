// Events that recipes reported through the macro `analytics-event`: one line each,
// `EVENT key=value key=value`, appended by the shell, picked up when the command is over. And events
// that could not be recorded at once, because another process kept the journal busy.

import {
  appendFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  unlinkSync,
} from 'node:fs';
import { join } from 'node:path';
import { crypto } from '../builtin';
import { type EventName, UNDECLARED } from '../catalogue/catalogue';
import { isName, validate } from '../catalogue/validate';
import { giveToOwnerOf } from '../files/owner';
import type { NewEvent } from '../host/goals';
import { type EventRecord, formatEvent, parseLine } from '../journal/records';
import type { Project } from '../project/project';

/** What a line of the reports says: a recipe's event, or one that a shim could not record. */
export type Report =
  | { readonly kind: 'reported'; readonly event: NewEvent; readonly local: boolean }
  | { readonly kind: 'record'; readonly record: EventRecord };

/** The reports as it was taken. */
export interface Taken {
  /** Everything in it, in order; more may be added at the end. */
  readonly reports: readonly Report[];
  /** Stays the same however often the same reports is read, and is no other's. */
  readonly identity: string;
  /** When it was taken. */
  readonly atMs: number;
  /**
   * Removes it, once its events are recorded. @returns false, and leaves it, when a recipe that had
   * opened it before it was taken has added something since.
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

/** Leaves records for the next process to write down. @throws the system's error. */
export function spoolRecords(project: Project, records: readonly EventRecord[]): void {
  appendFileSync(project.reports, records.map(formatEvent).join(''));
  giveToOwnerOf(project.record, project.reports);
}

/** Whether there is something in the reports, or something that a crashed process had taken. */
export function hasReports(project: Project): boolean {
  return existsSync(project.reports) || takenFiles(project).length > 0;
}

/** `reports.TIME-RANDOM`: the name says what no file system can be asked for, and stays the same. */
const TAKEN = /^reports\.(\d+)-[0-9a-f]+$/;

const takenFiles = (project: Project) =>
  readdirSync(project.record).filter((name) => TAKEN.test(name));

/** Forgets what recipes reported. Never throws. */
export function removeReports(project: Project): void {
  for (const name of ['reports', ...attempt(() => takenFiles(project), [])]) {
    attempt(() => unlinkSync(join(project.record, name)), undefined);
  }
}

function attempt<T>(work: () => T, otherwise: T): T {
  try {
    return work();
  } catch {
    return otherwise;
  }
}

/** A line, if the catalogue knows it. Recipes write `EVENT key=value …`, `local: ` before it or not. */
function parseReport(text: string): Report | undefined {
  if (text.startsWith('{')) {
    const line = parseLine(text);
    return line.kind === 'event' ? { kind: 'record', record: line.record } : undefined;
  }
  const words = text.split(/\s+/);
  const local = words[0] === 'local:';
  const [event = '', ...pairs] = local ? words.slice(1) : words;
  const checked = validate(event, withNames(parsePairs(pairs)));
  if (!checked.ok) return undefined;
  const { properties } = checked;
  return { kind: 'reported', event: { event: event as EventName, properties }, local };
}

/** Gives the reports a name of its own, if there is one. Never throws. */
function takeAway(project: Project): string[] {
  const name = `reports.${Date.now()}-${crypto().randomBytes(8).toString('hex')}`;
  return attempt(() => {
    renameSync(project.reports, join(project.record, name));
    return [name];
  }, []);
}

function readTaken(project: Project, name: string): Taken {
  const taken = join(project.record, name);
  const text = readFileSync(taken);
  const lines = text.toString('utf8').split('\n');
  return {
    reports: lines.map((line) => parseReport(line.trim())).filter((report) => report !== undefined),
    identity: name,
    atMs: Number(TAKEN.exec(name)![1]),
    forget() {
      if (attempt(() => statSync(taken).size > text.length, false)) return false;
      attempt(() => unlinkSync(taken), undefined);
      return true;
    },
  };
}

/**
 * Takes what is in the reports, or first what a crashed process had taken before. Call it with the
 * acquire `collect` held. Never throws: what is not ours to read is left to others.
 */
export function takeReports(project: Project): Taken | undefined {
  const before = attempt(() => takenFiles(project).sort(), []);
  for (const name of before) {
    const taken = attempt(() => readTaken(project, name), undefined);
    if (taken) return taken;
  }
  const [name] = takeAway(project);
  return name === undefined ? undefined : attempt(() => readTaken(project, name), undefined);
}
