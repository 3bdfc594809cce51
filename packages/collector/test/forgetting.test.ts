// Forgetting an id: whole, and at nobody else's cost.

import { afterEach, beforeEach, expect, it } from 'vitest';
import { batchOf, type Collector, event, startCollector } from './support/collector';

let collector: Collector;
beforeEach(async () => {
  collector = await startCollector();
});
afterEach(async () => {
  await collector.stop();
});

it('of ids that are not there, during ingest, spoils no counts', async () => {
  const BATCHES = 60;
  const EVENTS = 50;
  const forgetting = (async () => {
    for (let n = 0; n < 67; n++) {
      await collector.admin('POST', '/api/v1/forget', { distinct_id: `nobody-${n}` });
    }
  })();
  await Promise.all(
    Array.from({ length: 6 }, async () => {
      for (let batch = 0; batch < BATCHES / 6; batch++) {
        const events = Array.from({ length: EVENTS }, () => event());
        expect((await collector.post('/batch/', batchOf(...events))).status).toBe(200);
      }
    }),
  );
  await forgetting;
  const { totals } = await collector.summary();
  expect(totals).toMatchObject({ events: BATCHES * EVENTS, commands: BATCHES * EVENTS });
});
