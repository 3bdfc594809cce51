// init: sets a host project up. Says each file it writes, and overwrites none that is not its own.

import { createHash } from 'node:crypto';
import { chmodSync, existsSync, lstatSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { defineCommand } from 'citty';
import { reason, UserError } from '../errors';
import { writeAtomically } from '../files/atomic';
import { TEMPLATES } from '../generated';
import { say } from '../output';

/** Where each file goes. The bundle copies itself. */
const FILES: readonly { path: string; text: () => string; mode: number }[] = [
  { path: 'GNUmakefile', text: () => TEMPLATES.GNUmakefile!, mode: 0o644 },
  { path: 'make/analytics.mk', text: () => TEMPLATES['analytics.mk']!, mode: 0o644 },
  { path: 'make/track.sh', text: () => TEMPLATES['track.sh']!, mode: 0o755 },
  {
    path: 'bin/onramp-analytics',
    text: () => readFileSync(process.argv[1]!, 'utf8'),
    mode: 0o755,
  },
];

const IGNORED = 'onramp.lock';
const SEAL = /^(#|\/\/) sealed by onramp-analytics init: ([0-9a-f]{64})$/m;

const digest = (text: string) => createHash('sha256').update(text).digest('hex');

/** The text without a seal. */
function unsealed(text: string): string {
  return text.replace(new RegExp(`${SEAL.source}\n`, 'm'), '');
}

/** The text with a last line that says what it was when init wrote it. */
function sealed(text: string): string {
  const plain = unsealed(text);
  const comment = plain.startsWith('#!/usr/bin/env node') ? '//' : '#';
  return `${plain}${comment} sealed by onramp-analytics init: ${digest(plain)}\n`;
}

/** Whether init wrote this text, and nobody changed it since. */
function isOurs(text: string): boolean {
  const seal = SEAL.exec(text)?.[2];
  return seal !== undefined && seal === digest(unsealed(text));
}

function place(folder: string, path: string, text: string, mode: number): string {
  const file = join(folder, path);
  const wanted = sealed(text);
  if (lstatSync(file, { throwIfNoEntry: false })) {
    const present = existsSync(file) && statSync(file).isFile() ? readFileSync(file, 'utf8') : '';
    if (present === wanted) return `unchanged  ${path}`;
    if (!isOurs(present)) return `kept       ${path} (not written by init, or changed since)`;
  }
  mkdirSync(dirname(file), { recursive: true });
  writeAtomically(file, wanted);
  chmodSync(file, mode);
  return `wrote      ${path}`;
}

function ignoreLock(folder: string): string {
  const file = join(folder, '.gitignore');
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
  if (text.split(/\r?\n/).some((line) => [IGNORED, `/${IGNORED}`].includes(line.trim()))) {
    return 'unchanged  .gitignore';
  }
  const ending = text.includes('\r\n') ? '\r\n' : '\n';
  const gap = text === '' || text.endsWith('\n') ? '' : ending;
  writeAtomically(file, `${text}${gap}${IGNORED}${ending}`);
  return `wrote      .gitignore (the line ${IGNORED})`;
}

export default defineCommand({
  meta: {
    name: 'init',
    description: 'Set up a host project: GNUmakefile, make/, bin/ and a line in .gitignore.',
  },
  args: {
    dir: { type: 'positional', required: false, description: 'The project (default: this folder)' },
  },
  run({ args }) {
    const folder = resolve(args.dir ?? '.');
    if (!existsSync(folder) || !statSync(folder).isDirectory()) {
      throw new UserError(`${folder} is not a folder. Name the folder of the project to set up.`);
    }
    if (!existsSync(join(folder, 'Makefile')) && !existsSync(join(folder, 'makefile'))) {
      throw new UserError(`${folder} has no Makefile. Name the folder of a project that has one.`);
    }
    try {
      for (const { path, text, mode } of FILES) say(place(folder, path, text(), mode));
      say(ignoreLock(folder));
    } catch (error) {
      throw new UserError(
        `${folder} could not be set up: ${reason(error)}. Make it writable, and run init again.`,
      );
    }
    say('\nAnalytics stays off until somebody runs `make analytics-enable`.');
  },
});
