// The pages of a project: lists of panels, by the kind of project. What each kind has comes from the
// registry of columns; what is asked about it in a way of its own is a panel of its own.

import type { Kind } from '../../../schema/src/columns';
import { activity } from '../panels/activity';
import { byColumn } from '../panels/by-column';
import type { Panel } from '../panels/panel';
import { columnsOf } from './scope';

export interface Page {
  readonly id: string;
  readonly title: string;
  readonly panels: readonly Panel[];
}

/** Panels of columns that have no panel of their own. */
function others(kind: Kind, taken: readonly string[]): Panel[] {
  return columnsOf(kind)
    .filter(({ name, type, breakdown }) => type !== 'count' && breakdown && !taken.includes(name))
    .map(({ name, label, doc }) => byColumn({ column: name }, { title: label, question: doc }));
}

const overview = (kind: Kind): Panel[] => [
  activity,
  byColumn({ column: 'event' }, { question: 'What happens?' }),
  ...others(kind, ['success']),
];

const made = new Map<Kind, readonly Page[]>();

/** The pages of a kind of project. Always the same ones, so that what is drawn stays. */
export function pagesOf(kind: Kind): readonly Page[] {
  const known = made.get(kind);
  if (known) return known;
  const pages: Page[] = [{ id: 'overview', title: 'Overview', panels: overview(kind) }];
  made.set(kind, pages);
  return pages;
}
