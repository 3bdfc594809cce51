// From 1.0.0's layout (make/, bin/) to this one (.onramp/).
//
// Files that still carry init's seal go. A host that includes make/analytics.mk by name keeps one line
// there, and one that has make/analytics.settings.mk gets .onramp/settings.

import { hasSettings, look, trouble } from './host-file';
import { MAKE_PART, OLD, SETTINGS } from './layout';
import { changed, type Plan } from './plan';
import { sealed } from './seal';
import { convert } from './settings';
import { includes, type Text } from './texts';

/** What stands in make/analytics.mk while a makefile of the host includes it. */
const BRIDGE = `-include $(dir $(lastword $(MAKEFILE_LIST)))../${MAKE_PART}\n`;

/** Adds what is to happen to the files of 1.0.0. */
export function planUpgrade(
  root: string,
  texts: readonly Text[],
  force: boolean,
  plan: Plan,
): void {
  for (const path of OLD.files) {
    const at = look(root, path);
    if (at.kind !== 'file' || at.seal === 'none') continue; // Somebody else's.
    const reason = trouble(root, path);
    if (reason) plan.refusals.push(`${reason}.`);
    else if (at.seal === 'broken' && !force) plan.refusals.push(changed(path));
    else if (path === OLD.makePart && includes(texts, path).length > 0)
      bridge(at.text, texts, plan);
    else plan.removes.push({ path, why: `it is in ${MAKE_PART.split('/')[0]}/ now` });
  }
  planSettings(root, plan);
}

function bridge(before: string, texts: readonly Text[], plan: Plan): void {
  const path = OLD.makePart;
  const text = sealed(path, BRIDGE);
  const where = includes(texts, path).map((line) => line.where);
  const why = `${where.join(', ')} includes it: say ${MAKE_PART} there`;
  if (before === text) plan.unchanged.push({ path, why });
  else plan.writes.push({ path, text, mode: 0o644, why });
}

function planSettings(root: string, plan: Plan): void {
  const path = OLD.settings;
  const at = look(root, path);
  if (at.kind !== 'file') return;
  if (hasSettings(root)) {
    plan.kept.push({ path, why: `nothing reads it any more: ${SETTINGS} is read; delete it` });
    return;
  }
  if (at.text.includes('\uFFFD')) {
    plan.refusals.push(
      `${path} is not UTF-8, and what it says would come out changed. Save it as UTF-8, and run init again.`,
    );
    return;
  }
  const { text, left } = convert(at.text);
  const reason = trouble(root, path);
  if (reason) plan.refusals.push(`${reason}.`);
  for (const line of left) {
    plan.refusals.push(
      `${path}:${line} cannot be converted, as only make understands it. Write ${SETTINGS} by ` +
        'hand, with lines like ANALYTICS_ENV_FILES=.env, and run init again.',
    );
  }
  if (left.length > 0) return;
  if (text !== '') plan.writes.unshift({ path: SETTINGS, text, mode: 0o644, why: `from ${path}` });
  plan.removes.push({ path, why: text === '' ? 'it set nothing' : `it is in ${SETTINGS} now` });
}
