// The live feed: one WebSocket for the page, whoever reads it. It is open while somebody reads and is
// signed in, and comes back by itself; after signing out it does not.

import { BEAT_MS, type LiveEvent } from '../../../schema/src/live';
import { checkSession, onSession, sessionState } from './session';

const AGAIN_MS = { first: 1_000, longest: 5_000 } as const;
/** Who says nothing for so long is gone: a browser hears of no network that just ends. */
const SILENT_MS = 2.5 * BEAT_MS;

export type LiveState = 'connecting' | 'open' | 'lost' | 'off';

/** Is told of new events, and of how the connection is. */
export interface Reader {
  events?(events: readonly LiveEvent[], more: number): void;
  state?(state: LiveState): void;
}

const readers = new Set<Reader>();
let socket: WebSocket | undefined;
let timer: number | undefined;
let silence: number | undefined;
let againMs: number = AGAIN_MS.first;
let now: LiveState = 'off';

function tell(state: LiveState): void {
  now = state;
  for (const reader of readers) reader.state?.(state);
}

function close(): void {
  clearTimeout(timer);
  clearTimeout(silence);
  const old = socket;
  socket = undefined;
  old?.close();
  tell('off');
}

function open(): void {
  clearTimeout(timer);
  if (socket || readers.size === 0 || sessionState() !== 'in') return;
  const address = new URL('/api/v1/live', location.href);
  address.protocol = address.protocol.replace('http', 'ws');
  const mine = new WebSocket(address);
  socket = mine;
  tell('connecting');
  mine.addEventListener('open', () => {
    if (socket !== mine) return mine.close();
    againMs = AGAIN_MS.first;
    heard();
    tell('open');
  });
  mine.addEventListener('message', ({ data }) => {
    if (socket !== mine) return;
    heard();
    const { events = [], more = 0 } = JSON.parse(String(data)) as {
      events?: readonly LiveEvent[];
      more?: number;
    };
    if (events.length === 0 && more === 0) return;
    for (const reader of readers) reader.events?.(events, more);
  });
  const heard = () => {
    clearTimeout(silence);
    // Its end may take a minute where nobody answers: what follows does not wait for that.
    silence = setTimeout(() => {
      mine.close();
      void lost();
    }, SILENT_MS);
  };
  const lost = async () => {
    if (socket !== mine) return;
    socket = undefined;
    clearTimeout(silence);
    tell('lost');
    // A browser does not say why a socket was refused. The session may have ended.
    await checkSession();
    if (socket || sessionState() !== 'in' || readers.size === 0) return;
    timer = setTimeout(open, againMs);
    againMs = Math.min(AGAIN_MS.longest, againMs * 2);
  };
  mine.addEventListener('close', () => void lost());
}

onSession(() => {
  if (sessionState() === 'in') open();
  else close();
});

/** Reads the feed. Returns what ends that. */
export function readLive(reader: Reader): () => void {
  readers.add(reader);
  reader.state?.(now);
  open();
  return () => {
    readers.delete(reader);
    if (readers.size === 0) close();
  };
}
