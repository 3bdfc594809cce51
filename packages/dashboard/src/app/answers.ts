// Answers to what the panels ask: each asked once, however many show it; kept while somebody looks;
// asked again when new events arrive, and after an error, by itself.

import { useEffect, useState } from 'preact/hooks';
import { AskError, ask } from './server';
import { signedOut } from './session';

/** After an error: this long, then twice as long, up to the last. */
const RETRY_MS = { first: 2_000, longest: 30_000 } as const;
/** Answers that nobody looks at: this many are kept for "back". */
const KEPT = 60;
/** What is younger is shown again without asking. */
const FRESH_MS = 20_000;

/** The projects that there are. */
export const PROJECTS = '/api/v1/projects';

/** What is known of a question. */
export interface Entry {
  readonly data?: unknown;
  /** When the data arrived, in ms since 1970. */
  readonly atMs?: number;
  readonly error?: AskError;
  /** When it is asked again after an error. */
  readonly retryMs?: number;
  readonly isAsking: boolean;
}

interface Kept {
  entry: Entry;
  failures: number;
  timer: number | undefined;
  abort: AbortController | undefined;
  readonly watchers: Set<() => void>;
}

const answers = new Map<string, Kept>();
const everyone = new Set<() => void>();

function set(kept: Kept, entry: Entry): void {
  kept.entry = entry;
  for (const watcher of [...kept.watchers, ...everyone]) watcher();
}

async function load(url: string, kept: Kept): Promise<void> {
  if (kept.abort) return;
  clearTimeout(kept.timer);
  const abort = new AbortController();
  kept.abort = abort;
  const { error: _last, retryMs: _again, ...known } = kept.entry;
  set(kept, { ...kept.entry, isAsking: true });
  try {
    const data = await ask(url, { signal: abort.signal });
    kept.abort = undefined;
    kept.failures = 0;
    set(kept, { data, atMs: Date.now(), isAsking: false });
  } catch (caught) {
    // Nobody waited for it any more, and whoever asks now asks anew.
    if (abort.signal.aborted) return;
    kept.abort = undefined;
    const error = caught instanceof AskError ? caught : new AskError(String(caught), 0);
    if (error.status === 401) {
      signedOut();
      return set(kept, { ...known, isAsking: false });
    }
    if (!error.isTransient) return set(kept, { ...known, error, isAsking: false });
    const waitMs = Math.min(RETRY_MS.longest, RETRY_MS.first * 2 ** kept.failures);
    kept.failures += 1;
    if (kept.watchers.size > 0) kept.timer = setTimeout(() => void load(url, kept), waitMs);
    set(kept, { ...known, error, retryMs: Date.now() + waitMs, isAsking: false });
  }
}

function keptOf(url: string): Kept {
  const known = answers.get(url);
  if (known) return known;
  for (const [old, kept] of answers) {
    if (answers.size < KEPT) break;
    if (kept.watchers.size === 0) answers.delete(old);
  }
  const made: Kept = {
    entry: { isAsking: false },
    failures: 0,
    timer: undefined,
    abort: undefined,
    watchers: new Set(),
  };
  answers.set(url, made);
  return made;
}

/** Asks again what is shown. */
export function refresh(): void {
  for (const [url, kept] of answers) {
    if (kept.watchers.size > 0) void load(url, kept);
    else answers.delete(url);
  }
}

/** The answer at a URL, as far as it is known; undefined URL: nothing is asked. */
export function useAnswer<T>(url: string | undefined): Entry & { readonly data?: T } {
  const [, redraw] = useState(0);
  useEffect(() => {
    if (url === undefined) return undefined;
    const kept = keptOf(url);
    const watcher = () => redraw((count) => count + 1);
    kept.watchers.add(watcher);
    const { atMs, isAsking } = kept.entry;
    if (!isAsking && (atMs === undefined || Date.now() - atMs > FRESH_MS)) void load(url, kept);
    else watcher();
    return () => {
      kept.watchers.delete(watcher);
      if (kept.watchers.size > 0) return;
      clearTimeout(kept.timer);
      // Nobody waits for it any more: the collector need not finish it.
      kept.abort?.abort();
      kept.abort = undefined;
      kept.entry = { ...kept.entry, isAsking: false };
    };
  }, [url]);
  const entry = url === undefined ? undefined : answers.get(url)?.entry;
  return (entry ?? { isAsking: url !== undefined }) as Entry & { data?: T };
}

/** How the answers that are shown stand, together. */
export interface Standing {
  readonly isAsking: boolean;
  readonly error: AskError | undefined;
  /** When it is asked again. */
  readonly retryMs: number | undefined;
  /** The oldest answer that is shown. */
  readonly atMs: number | undefined;
}

function standing(): Standing {
  const shown = [...answers].filter(([, { watchers }]) => watchers.size > 0);
  const entries = shown.map(([, { entry }]) => entry);
  const failed = entries.find(({ error }) => error?.isTransient);
  // The list of projects is no number that could be old.
  const times = shown.flatMap(([url, { entry }]) =>
    entry.atMs === undefined || url === PROJECTS ? [] : [entry.atMs],
  );
  return {
    isAsking: entries.some(({ isAsking }) => isAsking),
    error: failed?.error,
    retryMs: failed?.retryMs,
    atMs: times.length > 0 ? Math.min(...times) : undefined,
  };
}

/** Whether something that is shown could not be asked again, and is tried until it can. */
export const isTroubled = (): boolean => standing().error !== undefined;

/** Calls back once nothing that is shown waits for an answer. Returns what ends that. */
export function onceAnswered(done: () => void): () => void {
  const look = () => {
    if (standing().isAsking) return;
    everyone.delete(look);
    done();
  };
  everyone.add(look);
  look();
  return () => everyone.delete(look);
}

/** How all answers stand; drawn anew when that changes. */
export function useStanding(): Standing {
  const [now, setNow] = useState(standing);
  useEffect(() => {
    let frame = 0;
    const changed = () => {
      cancelAnimationFrame(frame);
      frame = requestAnimationFrame(() => setNow(standing()));
    };
    everyone.add(changed);
    return () => {
      cancelAnimationFrame(frame);
      everyone.delete(changed);
    };
  }, []);
  return now;
}

addEventListener('online', refresh);
