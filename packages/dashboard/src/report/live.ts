// The live feed: events as they arrive, for as long as somebody wants to see them.

import type { ColumnName } from '../../../schema/src/columns';
import { LIVE_COLUMNS, type LiveEvent } from '../../../schema/src/live';
import { element } from './dom';

const SHOWN = 30;
const AGAIN_MS = { first: 1_000, longest: 30_000 } as const;

const WORDS = LIVE_COLUMNS.filter(({ type }) => type === 'text').map(({ name }) => name);

function inWords(event: LiveEvent): string {
  const words = WORDS.map((name) => event[name as ColumnName]).filter(Boolean);
  if (event.success === false) words.push('failed');
  return `${new Date(event.time).toLocaleTimeString()}  ${event.event}  ${words.join(' ')}`;
}

/** Whether the feed can be had here. */
export const hasLive = (): boolean => typeof WebSocket === 'function';

/**
 * Shows a switch for the feed at `url`. `projectId` tells whose events are wanted now; `arrived` is
 * called when there were new ones.
 */
export function showLive(
  place: HTMLElement,
  url: string,
  projectId: () => number | undefined,
  arrived: () => void,
): void {
  const list = element('ol', { role: 'log', 'aria-label': 'Events as they arrive', reversed: '' });
  const state = element('p', { class: 'hint', role: 'status' });
  const button = element('button', { type: 'button', 'aria-pressed': 'false' }, 'Live');
  let socket: WebSocket | undefined;
  let againMs: number = AGAIN_MS.first;
  let timer: number | undefined;
  list.hidden = true;

  const take = (text: string) => {
    const { events = [] } = JSON.parse(text) as { events?: readonly LiveEvent[] };
    const wanted = events.filter(({ project }) => project === (projectId() ?? project));
    if (wanted.length === 0) return;
    for (const event of wanted) list.prepend(element('li', {}, inWords(event)));
    while (list.children.length > SHOWN) list.lastElementChild?.remove();
    arrived();
  };
  const open = () => {
    const address = new URL(url, location.href);
    address.protocol = address.protocol.replace('http', 'ws');
    socket = new WebSocket(address);
    state.textContent = 'Connecting …';
    socket.addEventListener('open', () => {
      againMs = AGAIN_MS.first;
      state.textContent = 'Connected: new events appear here.';
    });
    socket.addEventListener('message', ({ data }) => take(String(data)));
    socket.addEventListener('close', () => {
      if (!socket) return;
      state.textContent = 'The connection was lost; trying again.';
      timer = setTimeout(open, againMs);
      againMs = Math.min(AGAIN_MS.longest, againMs * 2);
    });
  };
  const close = () => {
    clearTimeout(timer);
    const old = socket;
    socket = undefined;
    old?.close();
    state.textContent = '';
  };
  button.addEventListener('click', () => {
    const isOn = button.getAttribute('aria-pressed') !== 'true';
    button.setAttribute('aria-pressed', String(isOn));
    list.hidden = !isOn;
    if (isOn) open();
    else close();
  });
  place.replaceChildren(button, state, list);
}
