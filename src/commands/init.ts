// init: sets a host project up, upgrades it, or takes everything out again. Looks and plans first
// (src/init/), says each file that it writes or removes, and touches none that is not its own.

import { existsSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { defineCommand } from 'citty';
import { decide } from '../consent/consent';
import { EXIT, reason, UserError } from '../errors';
import { apply } from '../init/apply';
import { hasOwnDropIn } from '../init/host-file';
import { hanging } from '../init/lines';
import { findings } from '../init/look';
import type { Line, Plan } from '../init/plan';
import { planRemoval } from '../init/remove';
import { planInit } from '../init/set-up';
import { type Text, textsOf } from '../init/texts';
import { say } from '../output';
import { absolute } from '../process/folder';
import { environment } from '../process/invocation';
import { NOWHERE } from '../project/location';
import { projectAt } from '../project/project';
import { readState } from '../state/state';
import { confirm } from '../terminal/confirm';
import { printable } from '../terminal/printable';
import { isTerminal } from '../terminal/terminal';

const LABELS = {
  writes: 'wrote',
  removes: 'removed',
  unchanged: 'unchanged',
  kept: 'kept',
} as const;

const line = (what: keyof typeof LABELS, { path, why }: Line) =>
  hanging(`${LABELS[what].padEnd(9)}  `, printable(why ? `${path} (${why})` : path));

/** Says a plan that was carried out, and the folders that are gone because of it. */
function tell(plan: Plan, folders: readonly string[]): void {
  const empty = folders.map((path) => ({ path: `${path}/`, why: 'it was empty then' }));
  const all = { ...plan, removes: [...plan.removes, ...empty] };
  for (const what of ['writes', 'removes', 'unchanged', 'kept'] as const) {
    for (const each of all[what]) say(line(what, each));
  }
}

const notes = (texts: readonly string[]) => {
  for (const text of texts) say(hanging('note       ', printable(text)));
};

/** Refuses, with every reason there is. */
function refuse(nothing: string, reasons: readonly string[]): never {
  const list = reasons.map((each) => hanging('  - ', printable(each)));
  throw new UserError([`${nothing}:`, ...list].join('\n'));
}

/** Carries a plan out; what the system refuses becomes a sentence. */
function carryOut(folder: string, plan: Plan): string[] {
  try {
    return apply(
      folder,
      plan.writes,
      plan.removes.map(({ path }) => path),
    );
  } catch (error) {
    throw new UserError(
      `${folder} could not be set up: ${reason(error)}. Fix this, and run init again.`,
    );
  }
}

function setUp(folder: string, texts: readonly Text[], force: boolean): void {
  if (
    !hasOwnDropIn(folder) &&
    !['makefile', 'Makefile'].some((it) => existsSync(join(folder, it)))
  ) {
    throw new UserError(`${folder} has no Makefile. Name the folder of a project that has one.`);
  }
  const plan = planInit(folder, texts, force);
  if (plan.refusals.length > 0) refuse('Nothing was written', plan.refusals);
  // Before anything is written: some of them are about what is there now.
  const found = findings(folder, texts, environment());
  tell(plan, carryOut(folder, plan));
  notes(found);
  say('');
  if (plan.writes.length + plan.removes.length > 0) {
    say('Commit all of it: `git add -A`. What it is: .onramp/README.md.');
  }
  say(consentLine(folder));
}

/** Whether analytics is on here. A lock that cannot be read is no reason to fail: all is written. */
function consentLine(folder: string): string {
  try {
    const { mode } = decide(environment(), readState(projectAt(folder)).enabled);
    return mode === 'off'
      ? 'Analytics stays off until somebody runs `make analytics-enable`.'
      : `Analytics is ${mode} in this project. \`make analytics-status\` says why.`;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return hanging('', `Analytics is off: ${printable(error.message)}`);
  }
}

function takeOut(folder: string, texts: readonly Text[], force: boolean): void {
  const plan = planRemoval(folder, texts, force);
  if (plan.refusals.length > 0) refuse('Nothing was removed', [...new Set(plan.refusals)]);
  if (plan.removes.length + plan.writes.length === 0 && !plan.isPartial) {
    throw new UserError(`Nothing in ${folder} was written by init.`);
  }
  tell(plan, carryOut(folder, plan));
  notes(plan.notes);
  const { record } = projectAt(folder);
  const inside = relative(folder, record);
  const where = record === NOWHERE ? undefined : inside.startsWith('..') ? record : inside;
  const old = existsSync(join(folder, '.onramp-analytics')) ? ['.onramp-analytics'] : [];
  const state = ['onramp.lock', ...(where ? [where] : []), ...old];
  say('');
  say(
    hanging(
      '',
      `What belongs to users was not touched: ${state.join(', ')}. Nothing is sent any more. ` +
        'Each user can delete it:',
    ),
  );
  say(`  rm -rf ${state.map((path) => (/[^\w./-]/.test(path) ? quoted(path) : path)).join(' ')}`);
  if (plan.isPartial) {
    const left = plan.kept.filter(({ why }) => why?.startsWith('changed')).map(({ path }) => path);
    throw new UserError(`${left.join(', ')}: changed since init wrote it, and kept.`);
  }
}

const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;

/** The folder that is meant: without a name, the current one if the person says so. */
function asked(dir: string | undefined, what: string): string | undefined {
  if (dir !== undefined) return absolute(dir);
  const folder = absolute('.');
  if (!isTerminal(0) || !isTerminal(2)) {
    throw new UserError(
      'Name the folder of the project, or `.` for this one: init DIR.',
      EXIT.usage,
    );
  }
  return confirm(`${what} ${printable(folder)}?`, false) ? folder : undefined;
}

export default defineCommand({
  meta: {
    name: 'init',
    description: 'Set up or upgrade a host project, or take analytics out of it again.',
    ...{ examples: ['init .', 'init ../homelab', 'init --force .', 'init --remove .'] },
  },
  args: {
    dir: {
      type: 'positional',
      required: false,
      description: 'The project. `init .`: this folder. Without it, init asks',
    },
    remove: { type: 'boolean', description: 'Take out what init wrote: `init --remove .`' },
    force: { type: 'boolean', description: 'Replace or remove our files even if changed' },
  },
  run({ args }) {
    const isRemoval = args.remove === true;
    const folder = asked(args.dir, isRemoval ? 'Take analytics out of' : 'Set up');
    if (folder === undefined) return say(`Nothing was ${isRemoval ? 'removed' : 'written'}.`);
    if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
      throw new UserError(`${folder} is not a folder. Name the folder of the project to set up.`);
    }
    const texts = textsOf(folder);
    if (isRemoval) takeOut(folder, texts, args.force === true);
    else setUp(folder, texts, args.force === true);
  },
});
