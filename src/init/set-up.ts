// Decides what init would do to a project, before it does any of it.
//
// One reason against is enough for nothing to be written: a host is never upgraded by half.

import { lstatSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { bytesAt, type HostFile, hasOwnDropIn, isInside, look, trouble } from './host-file';
import { withLock, withState } from './ignore';
import { DROP_IN, FILES, MAKE_PART, type OwnFile } from './layout';
import { changed, emptyPlan, type Plan } from './plan';
import { sealed, unsealed } from './seal';
import { includes, type Text } from './texts';
import { planUpgrade } from './upgrade';

const foreign = (path: string, what?: string) =>
  `${path} is there already, and init did not write it${what ? `: it is ${what}` : ''}. ` +
  'Move it away.';

function planFile(root: string, file: OwnFile, at: HostFile, force: boolean, plan: Plan): void {
  const { path, mode } = file;
  const text = sealed(path, file.text());
  const write = () => plan.writes.push({ path, text, mode });
  if (at.kind === 'nothing') write();
  else if (at.kind === 'other') {
    if (path !== DROP_IN) plan.refusals.push(foreign(path, at.what));
  } else if (at.text === text) {
    const isRunnable = (statSync(join(root, path)).mode & 0o100) !== 0;
    if (isRunnable === ((mode & 0o100) !== 0)) plan.unchanged.push({ path });
    else write();
  } else if (at.seal === 'whole' || at.text === unsealed(text)) {
    write(); // Without a seal, but the same: somebody put it there by hand.
  } else if (at.seal === 'broken') {
    if (force) write();
    else plan.refusals.push(changed(path));
  } else if (path !== DROP_IN) plan.refusals.push(foreign(path));
}

/** The host's own GNUmakefile stays; what is missing in it is said. */
function planOwnDropIn(plan: Plan, texts: readonly Text[]): void {
  const [line] = includes(texts, MAKE_PART);
  const why = line
    ? `yours; ${line.where} includes ${MAKE_PART}`
    : `yours: add the line \`-include ${MAKE_PART}\` at its end`;
  plan.kept.push({ path: DROP_IN, why });
}

function planLines(root: string, path: string, add: (text: string) => string, plan: Plan): void {
  const stat = lstatSync(join(root, path), { throwIfNoEntry: false });
  const found = bytesAt(root, path);
  const before = found ?? '';
  if (stat?.isSymbolicLink() && !(found !== undefined && isInside(root, path))) {
    plan.refusals.push(`${path} is a link that leads to no file of the project. Replace it.`);
    return;
  }
  if (stat && found === undefined) {
    plan.refusals.push(`${path} cannot be read as a file. Mend or move it.`);
    return;
  }
  const text = add(before);
  if (text === before) plan.unchanged.push({ path });
  else
    plan.writes.push({ path, text, encoding: 'latin1', why: `added ${addedLines(before, text)}` });
}

/** The lines that were added to a text, for a person. */
function addedLines(before: string, text: string): string {
  const lines = text.slice(before.length).trim().split(/\r?\n/);
  const own = lines.filter((line) => !line.startsWith('#'));
  return `${own.length === 1 ? 'the line' : 'the lines'} ${own.join(', ')}`;
}

/** Everything that `init` would do in `root`. With `force`, changed files of ours are replaced. */
export function planInit(root: string, texts: readonly Text[], force: boolean): Plan {
  const plan = emptyPlan();
  const folders = new Set<string>();
  for (const file of FILES) {
    const reason = trouble(root, file.path);
    if (reason) folders.add(reason);
    else planFile(root, file, look(root, file.path), force, plan);
  }
  plan.refusals.unshift(...[...folders].map((reason) => `${reason}.`));
  if (folders.size > 0) return plan;
  if (hasOwnDropIn(root)) planOwnDropIn(plan, texts);
  planUpgrade(root, texts, force, plan);
  planLines(root, '.gitignore', withLock, plan);
  if (lstatSync(join(root, '.dockerignore'), { throwIfNoEntry: false })) {
    planLines(root, '.dockerignore', withState, plan);
  }
  return plan;
}
