// Takes over the record of 1.0.0, once: `.onramp-analytics/` in the project's root.
//
// What is known to be ours is moved, or removed where it has no use any more; any other file stays, and
// the folder with it. No link is followed. Where the leases cannot be had, the next process tries again.

import {
  closeSync,
  constants,
  copyFileSync,
  lstatSync,
  readdirSync,
  renameSync,
  rmdirSync,
  unlinkSync,
} from 'node:fs';
import { join } from 'node:path';
import { systemCode } from '../errors';
import { writeWhole } from '../files/atomic';
import { type Lease, tryAcquire } from '../files/lease';
import { giveToOwnerOf } from '../files/owner';
import { openRegular, readRegular, readRegularText, writeRegular } from '../files/regular';
import { makeRecordFolder } from './folder';
import { NOWHERE } from './location';
import type { Project } from './project';
import { takeRuns } from './takeover-runs';

const { O_APPEND, O_WRONLY } = constants;
const OLD = '.onramp-analytics';
const HOLD_MS = 5_000;

/** What of the old folder is ours and of no use: by folder, the names. */
const USELESS: Readonly<Record<string, RegExp>> = {
  '.': /^(mode-(on|off|local)|delivery\.json|salt|report\.html|\.onramp-analytics\.\d+\.\d+\.tmp)$/,
  claims: /^(state|journal|delivery|collect)\.\d+$/,
  runs: /^\d+\.(start|end)$/,
};
const INBOX = /^inbox(?:\.(\d+)-([0-9a-f]+))?$/;

function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}

const isFile = (path: string) => attempt(() => lstatSync(path).isFile()) === true;
const isFolder = (path: string) => attempt(() => lstatSync(path).isDirectory()) === true;
const namesIn = (folder: string) => attempt(() => readdirSync(folder)) ?? [];

/** Moves a file, also to another file system. */
function move(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if (systemCode(error) !== 'EXDEV') throw error;
    copyFileSync(from, to);
    giveToOwnerOf(join(to, '..'), to);
    unlinkSync(from);
  }
}

/** Adds the old journal to the new one. The delivery state starts again: outcomes are looked up. */
function mergeJournal(old: string, { journal, delivery }: Project): void {
  const lines = readRegular(old);
  const text = readRegular(journal);
  const first = lines.subarray(0, Math.max(0, lines.indexOf('\n')));
  if (first.length > 0 && !text.includes(first)) {
    attempt(() => unlinkSync(delivery));
    const handle = openRegular(journal, O_WRONLY | O_APPEND, { follows: false });
    try {
      if (text.length > 0 && text.at(-1) !== 0x0a) writeWhole(handle, Buffer.from('\n'));
      writeWhole(handle, lines);
    } finally {
      closeSync(handle);
    }
  } // Else a process that was killed here had added it.
  unlinkSync(old);
}

function takeJournal(old: string, project: Project): void {
  const from = join(old, 'journal.ndjson');
  if (!isFile(from)) return;
  if (attempt(() => lstatSync(project.journal))) {
    if (isFile(project.journal)) mergeJournal(from, project);
    return;
  }
  // The salt belongs to what is recorded; and a cursor must not come before its journal.
  if (isFile(join(old, 'salt'))) move(join(old, 'salt'), project.salt);
  move(from, project.journal);
  if (isFile(join(old, 'delivery.json'))) move(join(old, 'delivery.json'), project.delivery);
}

/** 1.0.0 had one file for what recipes reported and for records that found the journal busy. */
function takeInbox(old: string, project: Project): void {
  for (const name of namesIn(old)) {
    const inbox = INBOX.exec(name);
    const path = join(old, name);
    if (!inbox || !isFile(path)) continue;
    const { mtimeMs } = lstatSync(path);
    const lines = readRegularText(path).split('\n').filter(Boolean);
    // Named after the old file: a process that is killed here writes the same once more.
    const when = inbox[1] ?? String(Math.floor(mtimeMs));
    const tag = inbox[2] ?? Math.floor(mtimeMs).toString(16);
    const uuid = `${tag}0000000000000000000000000000`.slice(0, 32);
    const put = (to: string, some: readonly string[]) => {
      if (some.length === 0) return;
      writeRegular(join(project.spool, to), `${some.join('\n')}\n`);
      giveToOwnerOf(project.record, join(project.spool, to));
    };
    put(
      `${uuid.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')}.records`,
      lines.filter((line) => line.startsWith('{')),
    );
    put(
      `reports.${when}-${tag}`,
      lines.filter((line) => !line.startsWith('{')),
    );
    unlinkSync(path);
  }
}

function removeUseless(old: string): void {
  for (const [folder, names] of Object.entries(USELESS)) {
    const at = join(old, folder);
    if (!isFolder(at)) continue;
    for (const name of namesIn(at)) {
      const path = join(at, name);
      if (names.test(name) && isFile(path)) attempt(() => unlinkSync(path));
    }
    if (folder !== '.') attempt(() => rmdirSync(at)); // Not if something of others is in it.
  }
  const ignore = join(old, '.gitignore');
  const left = namesIn(old);
  if (left.length === 1 && isFile(ignore) && attempt(() => readRegularText(ignore)) === '*\n') {
    unlinkSync(ignore);
  }
  attempt(() => rmdirSync(old));
}

function takeOver(old: string, project: Project): void {
  makeRecordFolder(project);
  const leases: Lease[] = [];
  try {
    for (const name of ['collect', 'delivery', 'journal']) {
      const held = tryAcquire(project.leases, name, HOLD_MS);
      if (!held) return;
      leases.push(held);
    }
    takeJournal(old, project);
    const page = join(old, 'report.html');
    const newPage = join(project.record, 'report.html');
    if (isFile(page) && !attempt(() => lstatSync(newPage))) move(page, newPage);
    takeInbox(old, project);
    const runs = join(old, 'runs');
    if (isFolder(runs)) takeRuns(runs, project);
    removeUseless(old);
  } finally {
    for (const held of leases.reverse()) held.release();
  }
}

/** Takes it over, if there is one that can be. Never throws. */
export function takeOverOldRecord(project: Project): void {
  const old = join(project.root, OLD);
  if (!isFolder(old) || project.record === NOWHERE) return;
  attempt(() => takeOver(old, project));
}
