// What is looked at, as the address of the page has it: a link shows what its sender saw, and "back"
// is the view before.

import { useEffect, useState } from 'preact/hooks';
import { filterText, readFilter } from '../../../schema/src/condition';
import type { Filter } from '../../../schema/src/question';
import { DEFAULT_RANGE, type Range } from './range';

export interface View {
  /** The name of a project, or its number; empty: the first one. */
  readonly project: string;
  /** The id of a page; empty: the first one of its kind of project. */
  readonly page: string;
  readonly range: Range;
  readonly where: readonly Filter[];
  /** What stands for a filter and is none, as it is written. */
  readonly unread: readonly string[];
  /** Time zone of the days; empty: the project's. */
  readonly zone: string;
  /** Panels of one's own: a column, or `prop.KEY`. */
  readonly by: readonly string[];
  /** The list that is compared: a column, or `prop.KEY`; empty: the first of its kind of project. */
  readonly list: string;
  /** What is compared: nothing (the period before), other days, or two conditions. */
  readonly sides: readonly string[];
}

/** The filters of an address, and what cannot be read as one. */
function filtersOf(texts: readonly string[]): Pick<View, 'where' | 'unread'> {
  const where: Filter[] = [];
  const unread: string[] = [];
  for (const text of texts) {
    try {
      where.push(readFilter('where', text));
    } catch {
      unread.push(text);
    }
  }
  return { where, unread };
}

/** Reads an address. What it does not say, or says wrongly, is the default. */
export function viewOf(search: string): View {
  const query = new URLSearchParams(search);
  const of = (name: string) => query.get(name) ?? '';
  const [from, to] = [of('from'), of('to')];
  return {
    project: of('project'),
    page: of('page'),
    // 1.0.0 had the two days in links.
    range: of('range') || (from && to ? `${from}..${to}` : DEFAULT_RANGE),
    ...filtersOf(query.getAll('where')),
    zone: of('zone'),
    by: query.getAll('by').filter(Boolean),
    list: of('list'),
    sides: query.getAll('side').filter(Boolean).slice(0, 2),
  };
}

/** The address of a view, with what differs from the default. */
export function searchOf({
  project,
  page,
  range,
  where,
  unread,
  zone,
  by,
  list,
  sides,
}: View): string {
  const query = new URLSearchParams();
  if (project) query.set('project', project);
  if (page) query.set('page', page);
  if (range !== DEFAULT_RANGE) query.set('range', range);
  for (const filter of where) query.append('where', filterText(filter));
  for (const text of unread) query.append('where', text);
  if (zone) query.set('zone', zone);
  for (const each of by) query.append('by', each);
  if (list) query.set('list', list);
  for (const each of sides) query.append('side', each);
  const text = query.toString().replaceAll('%3A', ':').replaceAll('%2F', '/');
  return text ? `?${text}` : location.pathname;
}

/** Is it the same condition? */
export const isSame = (a: Filter, b: Filter): boolean => filterText(a) === filterText(b);

const watchers = new Set<() => void>();

/** What had the focus when somebody went to the view. */
let focused: Element | null = null;

/**
 * The view of the address. A panel may still show the one before: what somebody changes there is a change of
 * this one.
 */
export const currentView = (): View => viewOf(location.search);

/** Where what had the focus is gone with the last view, the keyboard goes on at the numbers. */
export function keepFocus(): void {
  const isGone = focused && focused !== document.body && !focused.isConnected;
  focused = null;
  if (!isGone || (document.activeElement && document.activeElement !== document.body)) return;
  document.getElementById('content')?.focus({ preventScroll: true });
}

/** Goes to a view. `replace`: without a step for "back". */
export function go(view: View, replace = false): void {
  focused = document.activeElement;
  history[replace ? 'replaceState' : 'pushState'](null, '', searchOf(view));
  for (const watcher of watchers) watcher();
}

/** The view now; the component is drawn anew when it changes. */
export function useView(): View {
  const [search, setSearch] = useState(location.search);
  useEffect(() => {
    const changed = () => setSearch(location.search);
    watchers.add(changed);
    addEventListener('popstate', changed);
    return () => {
      watchers.delete(changed);
      removeEventListener('popstate', changed);
    };
  }, []);
  return viewOf(search);
}
