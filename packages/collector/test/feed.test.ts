import { afterEach, expect, it, vi } from 'vitest';
import { BEAT_MS } from '../../schema/src/live.ts';
import { Feed } from '../src/live/feed.ts';

afterEach(() => vi.useRealTimers());

it('says to who watches that it is there, and to nobody when nobody does', () => {
  vi.useFakeTimers();
  const texts: string[] = [];
  const watcher = { bufferedAmount: 0, send: (text: string) => texts.push(text), close: () => {} };
  const feed = new Feed();
  feed.add(watcher, { project: 1 });
  vi.advanceTimersByTime(2 * BEAT_MS);
  expect(texts.map((text) => JSON.parse(text))).toEqual([
    { events: [], more: 0 },
    { events: [], more: 0 },
  ]);
  feed.remove(watcher);
  vi.advanceTimersByTime(2 * BEAT_MS);
  expect(texts).toHaveLength(2);
  expect(vi.getTimerCount()).toBe(0);
  feed.add(watcher);
  vi.advanceTimersByTime(BEAT_MS);
  expect(texts).toHaveLength(3);
  feed.close();
  expect(vi.getTimerCount()).toBe(0);
});
