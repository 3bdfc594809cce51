// Why nothing can be recorded here, in words: recording itself is silent.

import {
  accessSync,
  constants,
  lstatSync,
  readdirSync,
  type Stats,
  statfsSync,
  statSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { reason, systemCode, UserError } from '../errors';
import { strangeKind } from '../files/regular';
import { DISK_FULL_BYTES } from '../limits';
import { NOWHERE } from '../project/location';
import type { Project } from '../project/project';

const sentence = (problem: string) => `Nothing can be recorded: ${problem}.`;

function statOf(path: string): Stats | undefined {
  return statSync(path, { throwIfNoEntry: false });
}

/** What is wrong with a folder that is to be written into; the nearest one that exists decides. */
function problemOfFolder(path: string): string | undefined {
  try {
    const stat = statOf(path);
    if (!stat) {
      const around = dirname(path);
      return around === path ? undefined : problemOfFolder(around);
    }
    if (!stat.isDirectory()) return `${path} is not a folder`;
    accessSync(path, constants.W_OK | constants.X_OK);
    return undefined;
  } catch (error) {
    return `${path} cannot be written: ${reason(error)}`;
  }
}

/** The nearest folder that is there. */
function nearest(path: string): string {
  const around = dirname(path);
  return around === path || statOf(path) ? path : nearest(around);
}

/** Whether the disk has no room for a note. Where the system cannot say it, it has. */
function problemOfSpace(path: string): string | undefined {
  try {
    const { bavail, bfree, bsize, files, ffree } = statfsSync(nearest(path));
    const free = process.geteuid?.() === 0 ? bfree : bavail; // The last blocks are root's.
    const isFull = free * bsize < DISK_FULL_BYTES || (files > 0 && ffree === 0);
    return isFull ? `the disk of ${path} is full` : undefined;
  } catch {
    return undefined;
  }
}

/** What is in the place of a file of ours, if it is there and none. @throws the system's error. */
function problemOfKind(path: string): string | undefined {
  let stat: Stats | undefined;
  try {
    stat = lstatSync(path, { throwIfNoEntry: false });
  } catch (error) {
    if (systemCode(error) !== 'ENOTDIR') throw error;
  }
  const kind = stat && strangeKind(stat);
  return kind && `${path} is ${kind}, and not a file of this tool; move it away`;
}

/** `isReplaced`: it is written as a whole, so whatever is no folder gives way to the next one. */
function problemOfFile(path: string, isReplaced = false): string | undefined {
  try {
    const stat = lstatSync(path, { throwIfNoEntry: false });
    if (!stat) return undefined;
    if (!stat.isFile()) return isReplaced && !stat.isDirectory() ? undefined : problemOfKind(path);
    accessSync(path, constants.R_OK | constants.W_OK);
    return undefined;
  } catch (error) {
    return `${path} cannot be written: ${reason(error)}`;
  }
}

const LEASE_NAME = /^(state|journal|delivery|collect)\.\d+$/;

/** What has the name of a lease, and is none. */
function strangeLeases({ leases }: Project): string[] {
  try {
    return readdirSync(leases, { withFileTypes: true })
      .filter((entry) => LEASE_NAME.test(entry.name) && !entry.isFile())
      .map(({ name }) => join(leases, name));
  } catch {
    return []; // None yet; or `problemOfFolder` says so.
  }
}

/** What is wrong with the first of our files that cannot be used. */
function problemOfFiles(project: Project): string | undefined {
  const { journal, salt, reports, delivery, collector, givenUp, beyondLimits } = project;
  for (const path of [journal, reports, ...strangeLeases(project)]) {
    const problem = problemOfFile(path);
    if (problem) return problem;
  }
  for (const path of [salt, delivery, collector, givenUp, beyondLimits]) {
    const problem = problemOfFile(path, true);
    if (problem) return problem;
  }
  return undefined;
}

const aboutLink = (link: string) =>
  `${link} is a symbolic link, which is not followed; put a folder in its place, or nothing`;

/** Refuses to clear a record that a link stands for. @throws UserError. */
export function checkClearable({ link }: Project): void {
  if (link !== undefined) throw new UserError(`Nothing was cleared: ${aboutLink(link)}.`);
}

/** Refuses to show a record that is none. @throws UserError with what is in its place. */
export function checkReadable({ link, journal }: Project): void {
  const problem = link === undefined ? problemOfKind(journal) : aboutLink(link);
  if (problem !== undefined) throw new UserError(`The record cannot be read: ${problem}.`);
}

/**
 * Why nothing can be recorded in this project, as a sentence; undefined when nothing is in the way. Writes nothing. Never throws.
 */
export function recordProblem(project: Project): string | undefined {
  if (project.link !== undefined) return sentence(aboutLink(project.link));
  if (project.record === NOWHERE) {
    return sentence(
      'the project is not in git, and there is no anonymous id yet, or no home folder',
    );
  }
  const { record, spool, leases } = project;
  for (const folder of [record, spool, leases]) {
    const problem = problemOfFolder(folder);
    if (problem) return sentence(problem);
  }
  const problem = problemOfFiles(project) ?? problemOfSpace(record);
  return problem && sentence(problem);
}

/** What a person can do about an error of the system in the record, as a sentence. */
export function adviceFor(project: Project, error: unknown): string {
  const code = systemCode(error);
  if (code === 'ENOSPC' || code === 'EDQUOT') return 'Make room, and run the command again.';
  const { journal, delivery, salt } = project;
  const strange = [journal, delivery, salt, ...strangeLeases(project)].find(
    (path) => lstatSync(path, { throwIfNoEntry: false })?.isFile() === false,
  );
  if (strange === undefined) return 'Make it writable for you, and run the command again.';
  return `${strange} is no file, and not of this tool. Move it away, and run the command again.`;
}
