// Many events in a data folder, written by the store itself: their counts are there as well.

import { openStore } from '../../src/store/open';
import { DAY_MS, eventOf } from '../store/support/model';
import { TOKEN } from './collector';

const HOUR_MS = 3_600_000;
const AT_ONCE = 1_000;

export interface Filling {
  /** Of the project, which is made. `default`, when missing, has the token of tests. */
  readonly name?: string;
  /** Whose events they are, in turns. */
  readonly owners: readonly string[];
  readonly count: number;
  /** Whom the events of an owner name as a device. */
  readonly names?: Readonly<Record<string, string>>;
}

/** Fills it with events of noon of yesterday. They arrived within eight hours, until three hours ago. */
export async function fill(
  dataFolder: string,
  { name = 'default', owners, count, names = {} }: Filling,
): Promise<void> {
  const store = await openStore({ dataFolder });
  const nowMs = Date.now();
  const { id } = await store.projects.create(
    { name, kind: 'product', retentionDays: 3_650, ...(name === 'default' && { token: TOKEN }) },
    nowMs,
  );
  const noonMs = Math.floor(nowMs / DAY_MS) * DAY_MS - DAY_MS / 2;
  for (let from = 0; from < count; from += AT_ONCE) {
    const events = Array.from({ length: Math.min(AT_ONCE, count - from) }, (_, at) => {
      const distinctId = owners[(from + at) % owners.length]!;
      const named = names[distinctId];
      return eventOf({
        distinctId,
        timeMs: noonMs + (from % HOUR_MS) + at,
        command: 'up',
        success: at % 2 === 0,
        durationMs: 120,
        rest: JSON.stringify({ ...(named && { $device_id: named }), n: at }),
      });
    });
    const receivedMs = nowMs - 3 * HOUR_MS - ((count - from) / count) * 8 * HOUR_MS;
    await store.append(id, events, [], Math.floor(receivedMs));
  }
  await store.close();
}
