// Which page of the site is shown, and when another one begins: by loading, by the history of a single-page
// application, by coming back to a page that the browser had put aside.

/** Names of a query that say where somebody comes from: sent, but no page of their own. */
const CAMPAIGN = /^(utm_\w+|ref|source)$/;

export interface Page {
  /** Path, the part of the query that is kept and, where the site wants it, the hash. */
  readonly url: string;
  /** What tells pages apart: the same without where somebody comes from. */
  readonly key: string;
}

/** `names`: the names of the query that are pages of their own. */
export function pageOf(names: readonly string[], hasHash: boolean): Page {
  const { pathname, search, hash } = location;
  const kept: string[][] = [[], []];
  for (const [name, value] of new URLSearchParams(search)) {
    const pair = `${encodeURIComponent(name)}=${encodeURIComponent(value)}`;
    if (names.includes(name)) kept[0]!.push(pair);
    else if (CAMPAIGN.test(name)) kept[1]!.push(pair);
  }
  const end = hasHash ? hash : '';
  const url = (pairs: string[]) => pathname + (pairs[0] ? `?${pairs.join('&')}` : '') + end;
  return { url: url(kept.flat()), key: url(kept[0]!) };
}

/** Whether a page is one of a list such as `/admin/*, /preview`. `*` stands for anything. */
export const isListed = (list: string, path: string): boolean =>
  list.split(',').some((pattern) => {
    const parts = pattern.trim().split('*');
    const source = parts.map((part) => part.replace(/[\\^$.|?+()[\]{}]/g, '\\$&')).join('.*');
    return !!pattern.trim() && new RegExp(`^${source}$`).test(path);
  });

type Change = History['pushState'];

/** Calls `moved` after each change of the history. Gives what undoes that. */
export function watchHistory(moved: () => void): () => void {
  let isOver = false;
  const undo = (['pushState', 'replaceState'] as const).map((name) => {
    const original = history[name];
    const ours: Change = function (this: History, ...args) {
      original.apply(this, args);
      if (!isOver) moved();
    };
    history[name] = ours;
    return () => {
      // Somebody may have wrapped ours since: then it stays, and does nothing.
      if (history[name] === ours) history[name] = original;
    };
  });
  return () => {
    isOver = true;
    for (const restore of undo) restore();
  };
}
