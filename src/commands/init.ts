// init: sets a host project up. Says each file it writes, and overwrites none that is not its own.

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, lstatSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { defineCommand } from 'citty';
import { decide } from '../consent/consent';
import { reason, UserError } from '../errors';
import { writeAtomically } from '../files/atomic';
import { giveToOwnerOf } from '../files/owner';
import { say } from '../output';
import { environment } from '../process/invocation';
import { projectAt } from '../project/project';
import { readState } from '../state/state';
import { TEMPLATES } from '../templates';

const DROP_IN = 'GNUmakefile';
const MAKEFILES = [DROP_IN, 'makefile', 'Makefile'];

/** Where each file goes, the one that make looks for last. The bundle copies itself. */
const FILES: readonly { path: string; text: () => string; mode: number }[] = [
  { path: '.onramp/analytics.mk', text: () => TEMPLATES['analytics.mk']!, mode: 0o644 },
  { path: '.onramp/track', text: () => TEMPLATES.track!, mode: 0o755 },
  {
    path: '.onramp/onramp-analytics',
    text: () => readFileSync(process.argv[1]!, 'utf8'),
    mode: 0o755,
  },
  { path: DROP_IN, text: () => TEMPLATES.GNUmakefile!, mode: 0o644 },
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

/** What is to happen to one file, decided for all of them before the first is written. */
interface Step {
  readonly path: string;
  readonly what: 'write' | 'unchanged' | 'changed' | 'foreign';
  readonly text: string;
  readonly mode: number;
}

function plan(folder: string, { path, text, mode }: (typeof FILES)[number]): Step {
  const file = join(folder, path);
  const parent = statSync(dirname(file), { throwIfNoEntry: false });
  if (parent && !parent.isDirectory()) {
    throw new UserError(
      `${dirname(file)} is not a folder, and init needs one of that name. Nothing was written.`,
    );
  }
  const wanted = sealed(text());
  const step = (what: Step['what']): Step => ({ path, what, text: wanted, mode });
  if (!lstatSync(file, { throwIfNoEntry: false })) return step('write');
  const present = existsSync(file) && statSync(file).isFile() ? readFileSync(file, 'utf8') : '';
  if (present === wanted) return step('unchanged');
  // A bundle that somebody put there by hand has no seal yet.
  if (isOurs(present) || present === unsealed(wanted)) return step('write');
  return step(SEAL.test(present) ? 'changed' : 'foreign');
}

const WORDS: Record<Step['what'], (path: string) => string> = {
  write: (path) => `wrote      ${path}`,
  unchanged: (path) => `unchanged  ${path}`,
  changed: (path) =>
    `kept       ${path} (changed since init wrote it: delete it and run init again to get a new one)`,
  foreign: (path) =>
    `kept       ${path} (yours: add the line \`include .onramp/analytics.mk\` to it; commands are not tracked)`,
};

function carryOut(folder: string, step: Step): void {
  if (step.what === 'write') {
    const file = join(folder, step.path);
    if (mkdirSync(dirname(file), { recursive: true })) giveToOwnerOf(folder, dirname(file));
    writeAtomically(file, step.text);
    chmodSync(file, step.mode);
  }
  say(WORDS[step.what](step.path));
}

/** The files that git would leave out of a commit; none without git. */
function ignoredByGit(folder: string, paths: readonly string[]): string[] {
  const { stdout } = spawnSync('git', ['check-ignore', '--', ...paths], {
    cwd: folder,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return (stdout ?? '').split('\n').filter(Boolean);
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
    if (!MAKEFILES.some((name) => existsSync(join(folder, name)))) {
      throw new UserError(`${folder} has no Makefile. Name the folder of a project that has one.`);
    }
    try {
      const steps = FILES.map((file) => plan(folder, file));
      const foreign = steps.find(({ what, path }) => what === 'foreign' && path !== DROP_IN);
      if (foreign) {
        throw new UserError(
          `${join(folder, foreign.path)} is there already, and init did not write it. ` +
            'Nothing was written. Move that file away, and run init again.',
        );
      }
      for (const step of steps) carryOut(folder, step);
      say(ignoreLock(folder));
    } catch (error) {
      if (error instanceof UserError) throw error;
      throw new UserError(
        `${folder} could not be set up: ${reason(error)}. Mend that, and run init again.`,
      );
    }
    for (const path of ignoredByGit(
      folder,
      FILES.map((file) => file.path),
    )) {
      say(`note: git ignores ${path}; \`git add -f ${path}\` takes it into your project.`);
    }
    const { mode } = decide(environment(), readState(projectAt(folder)).enabled);
    say(
      mode === 'off'
        ? '\nAnalytics stays off until somebody runs `make analytics-enable`.'
        : `\nAnalytics is ${mode} in this project. \`make analytics-status\` says why.`,
    );
  },
});
