// Who looks: known, or to be asked for the token. The view stays as it is meanwhile.

import { useEffect, useState } from 'preact/hooks';
import { AskError, ask, send } from './server';

export type SessionState = 'unknown' | 'in' | 'out';

let state: SessionState = 'unknown';
let isReader = false;
const watchers = new Set<() => void>();

function set(next: SessionState): void {
  if (state === next) return;
  state = next;
  for (const watcher of watchers) watcher();
}

/** The collector said that nobody is signed in. */
export const signedOut = (): void => set('out');

/** Calls back when somebody signs in or out. Returns what ends that. */
export function onSession(watcher: () => void): () => void {
  watchers.add(watcher);
  return () => watchers.delete(watcher);
}

export const sessionState = (): SessionState => state;

/** Whether who looks may change something: not with a token that reads. */
export const mayChange = (): boolean => !isReader;

/** Asks the collector whether this browser is signed in. Never rejects. */
export async function checkSession(): Promise<void> {
  try {
    const { signed_in, scope } = (await ask('/api/v1/session')) as {
      signed_in: boolean;
      scope: 'admin' | 'read' | null;
    };
    isReader = scope === 'read';
    set(signed_in ? 'in' : 'out');
  } catch {
    // Not reachable: what is asked for will say so.
    if (state === 'unknown') set('in');
  }
}

/** @throws AskError in the collector's words */
export async function signIn(token: string): Promise<void> {
  try {
    await send('POST', '/api/v1/login', { token });
  } catch (error) {
    if (error instanceof AskError && error.status === 401) {
      throw new AskError('This is not the token.', 401);
    }
    throw error;
  }
  await checkSession();
}

export async function signOut(): Promise<void> {
  await send('POST', '/api/v1/logout');
  // Nothing of what was seen stays, on the screen or in the page's memory.
  location.reload();
}

/** Whether somebody is signed in; drawn anew when that changes. */
export function useSession(): SessionState {
  const [now, setNow] = useState(state);
  useEffect(() => {
    setNow(state);
    return onSession(() => setNow(state));
  }, []);
  return now;
}
