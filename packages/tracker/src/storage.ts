// What the tracker keeps in the browser: localStorage, or nothing, where the site or the browser says so.

export interface Storage {
  /** What is kept under a name; undefined: nothing, or nothing that can be read. */
  get(name: string): unknown;
  /** Keeps a value; undefined takes it away. */
  set(name: string, value: unknown): void;
}

/** The visitor's id, as LittleStats keeps it: visitors survive a move from there. Plain text, not JSON. */
export const VISITOR = '_ls_vid';
/** What the server said of the visit. */
export const CACHE = '_ls_cache';
/** Events that could not be sent. */
export const KEPT = '_ls_kept';

/** Never throws: storage may be full, forbidden, or not there. */
export const makeStorage = (isAllowed: boolean): Storage => ({
  get(name) {
    let text: string | null = null;
    try {
      if (isAllowed) text = localStorage.getItem(name);
      return JSON.parse(text as string) ?? undefined;
    } catch {
      return text ?? undefined;
    }
  },
  set(name, value) {
    try {
      if (!isAllowed) return;
      if (value === undefined) localStorage.removeItem(name);
      else localStorage.setItem(name, typeof value === 'string' ? value : JSON.stringify(value));
    } catch {}
  },
});

/** Whether this browser has said that it is not to be counted on this site. */
export function isIgnored(): boolean {
  try {
    return !!localStorage.getItem('littlestats_ignore');
  } catch {
    return false;
  }
}
