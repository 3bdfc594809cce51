// Decides what `init --remove` takes out of a project: what init put there, and nothing else.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { bytesAt, hasSettings, look, trouble } from './host-file';
import { LOCK_LINE, withoutState } from './ignore';
import { DROP_IN, FILES, MAKE_PART, OLD, SETTINGS } from './layout';
import { emptyPlan, type Plan } from './plan';
import { find, includes, isMakefile, type Text } from './texts';

/** First the file with which make uses the others. */
const PATHS = [
  DROP_IN,
  ...FILES.map(({ path }) => path).filter((path) => path !== DROP_IN),
  ...OLD.files,
];

export interface Removal extends Plan {
  /** Whether a file of ours stays because somebody changed it. */
  readonly isPartial: boolean;
  /** What is left to do by hand. */
  readonly notes: readonly string[];
}

/** What is to be removed from `root`. With `force`, also files of ours that somebody changed. */
export function planRemoval(root: string, texts: readonly Text[], force: boolean): Removal {
  const plan = emptyPlan();
  let isPartial = false;
  for (const path of PATHS) {
    const at = look(root, path);
    if (at.kind === 'nothing') continue;
    const reason = trouble(root, path);
    if (reason) plan.refusals.push(`${reason}.`);
    else if (at.kind === 'other' || at.seal === 'none') {
      if (path.startsWith('.onramp/')) plan.kept.push({ path, why: 'init did not write it' });
    } else if (at.seal === 'whole' || force) plan.removes.push({ path });
    else {
      isPartial = true;
      plan.kept.push({ path, why: 'changed since init wrote it: --force removes it' });
    }
  }
  const docker = bytesAt(root, '.dockerignore');
  if (docker !== undefined && withoutState(docker) !== docker) {
    const why = 'took out what init had added';
    plan.writes.push({
      path: '.dockerignore',
      text: withoutState(docker),
      encoding: 'latin1',
      why,
    });
  }
  for (const path of [SETTINGS, OLD.settings]) {
    if (path === SETTINGS ? hasSettings(root) : existsSync(join(root, path))) {
      plan.kept.push({ path, why: 'yours: nothing reads it any more; delete it' });
    }
  }
  if (
    bytesAt(root, '.gitignore')
      ?.split(/\r?\n/)
      .some((line) => line.trim() === LOCK_LINE)
  ) {
    const why =
      `the line ${LOCK_LINE} keeps ids out of git; it can go when nobody's checkout has that ` +
      'file any more';
    plan.kept.push({ path: '.gitignore', why });
  }
  return { ...plan, isPartial, notes: leftInMakefiles(texts) };
}

function leftInMakefiles(texts: readonly Text[]): string[] {
  const lines = [...includes(texts, MAKE_PART), ...includes(texts, OLD.makePart)];
  const notes = lines.map(({ where, line }) => {
    const isHard = /^\s*include\b/.test(line);
    return `${where} says \`${line.trim()}\`: delete that line${isHard ? ', or make fails' : ''}.`;
  });
  const calls = find(texts, /\$\(call\s+analytics-event\b/).filter(({ path }) => isMakefile(path));
  if (calls.length > 0) {
    const where = calls.map((call) => call.where).join(', ');
    notes.push(
      `${where} calls analytics-event, which is nothing now: take it out where more follows in its line.`,
    );
  }
  return notes;
}
