// The main job: SDKs that nobody has changed, and our own shim, deliver through the collector.

import { PostHog } from 'posthog-node';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Host, makeHost } from '../../../test/support/host';
import { batchOf, type Collector, event, startCollector, TOKEN } from './support/collector';

let collector: Collector;
beforeEach(async () => {
  collector = await startCollector();
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await collector.stop();
});

describe('an unmodified posthog-node delivers', () => {
  it.each(['v0', 'v1'] as const)(
    'in %s mode, and what it captured is what is stored',
    async (captureMode) => {
      const errors: unknown[] = [];
      vi.stubEnv('POSTHOG_CAPTURE_MODE', captureMode);
      const client = new PostHog(TOKEN, { host: collector.url, flushAt: 3 });
      client.on('error', (error: unknown) => errors.push(error));
      const uuid = '0192f3a4-0000-7000-8000-00000000000a';
      client.capture({
        distinctId: 'id-7',
        event: 'service_enabled',
        uuid,
        properties: { service_name: 'plex', has_scaffold: true, nested: { deep: [1, 'a'] } },
      } as never);
      client.capture({ distinctId: 'id-8', event: 'other', properties: { n: 1 } });
      await client.shutdown(5_000);
      expect(errors).toEqual([]);
      const events = await collector.events();
      expect(events).toHaveLength(2);
      const first = events.find((each) => each.event === 'service_enabled');
      expect(first).toMatchObject({
        uuid,
        distinct_id: 'id-7',
        properties: { service_name: 'plex', has_scaffold: true, nested: { deep: [1, 'a'] } },
      });
      expect(first?.properties.$lib).toBe('posthog-node');
      const metrics = await (await collector.admin('GET', '/metrics')).text();
      expect(metrics).toContain(`accepted_total{dialect="posthog-${captureMode}"} 2`);
      const summary = await collector.summary();
      expect(summary.services).toEqual([{ name: 'plex', count: 1, events: { enabled: 1 } }]);
    },
  );

  it('asks for flags without an error, and has none', async () => {
    const client = new PostHog(TOKEN, { host: collector.url });
    expect(await client.getAllFlags('id-1')).toEqual({});
    await client.shutdown();
  });
});

describe('the shim delivers', () => {
  let host: Host;
  beforeEach(async () => {
    host = await makeHost();
  });
  afterEach(() => host.remove());

  it.each(['posthog', 'http'])(
    'with its sender %s, from a make command to the numbers',
    async (sender) => {
      const env = {
        POSTHOG_API_KEY: TOKEN,
        POSTHOG_HOST: collector.url,
        ONRAMP_ANALYTICS_SENDER: sender,
        ONRAMP_ANALYTICS_SYNC: '1',
        ONRAMP_ANALYTICS_TIMEOUT_MS: '10000',
      };
      await host.make(['analytics-enable'], env);
      const { status } = await host.make(['enable-service', 'adguard'], env);
      expect(status).toBe(0);
      const flushed = await host.shim(['flush'], env);
      expect(flushed.status).toBe(0);
      const summary = await collector.summary();
      expect(summary.totals).toMatchObject({ events: 2, active_ids: 1, commands: 1, failures: 0 });
      expect(summary.services).toEqual([{ name: 'adguard', count: 1, events: { enabled: 1 } }]);
      expect(summary.commands[0]).toMatchObject({ name: 'enable-service', count: 1 });
    },
  );
});

describe('what is sent twice counts once', () => {
  it('on every dialect, in events and in rollups', async () => {
    const one = event();
    const v0 = batchOf(one, one);
    const telemetry = { anonymous_id: one.distinct_id, events: [one] };
    const v1 = { created_at: one.timestamp, batch: [{ ...one, options: {} }] };
    const bearer = { authorization: `Bearer ${TOKEN}` };
    for (let again = 0; again < 2; again++) {
      expect((await collector.post('/batch/', v0)).status).toBe(200);
      expect((await collector.post('/api/v1/telemetry/batch', telemetry, bearer)).status).toBe(202);
      const answer = await collector.post('/i/v1/analytics/events', v1, bearer);
      expect(await answer.json()).toEqual({ results: { [one.uuid]: { result: 'ok' } } });
    }
    expect(await collector.events()).toHaveLength(1);
    expect((await collector.summary()).totals).toMatchObject({ events: 1, commands: 1 });
  });

  it('for events without a uuid too, when they say when they happened', async () => {
    const { uuid: _none, ...bare } = event();
    // Two that are alike within one batch are two events.
    const batch = batchOf(bare, bare, { ...bare, event: 'other' });
    await collector.post('/batch/', batch);
    await collector.post('/batch/', batch);
    expect(await collector.events()).toHaveLength(3);
  });
});
