// The write-ahead log is moved into the database beside the commits, and begun anew: it stays small, and no
// COMMIT has to do it.

import { statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { CHECKPOINT_PAGES, LOG_PAGES } from '../../src/limits.ts';
import { openStore } from '../../src/store/open.ts';
import { makeFolder } from '../support/collector.ts';
import { eventOf, NOW } from './support/model.ts';

const PAGE_BYTES = 4_096;
const REST = JSON.stringify({ text: 'x'.repeat(8_000) });

it('moves the log into the database while events come without a pause', async () => {
  const folder = makeFolder();
  const store = await openStore({ dataFolder: folder.path });
  const { id } = await store.projects.create(
    { name: 'default', token: `phc_${'a'.repeat(30)}`, retentionDays: 365 },
    NOW,
  );
  const log = () => statSync(join(folder.path, 'collector.db-wal')).size;
  let written = 0;
  let longest = 0;
  const send = async () => {
    while (written < 1.5 * LOG_PAGES * PAGE_BYTES) {
      const events = Array.from({ length: 50 }, () => eventOf({ rest: REST }));
      written += events.length * REST.length;
      await store.append(id, events, [], NOW);
      longest = Math.max(longest, log());
    }
  };
  await Promise.all([send(), send(), send()]);
  await store.close();
  folder.remove();
  expect(longest).toBeGreaterThan(CHECKPOINT_PAGES * PAGE_BYTES);
  // Where a COMMIT does it instead, the log has grown to this.
  expect(longest).toBeLessThan(LOG_PAGES * PAGE_BYTES);
}, 60_000);
