// The main job, on real input: in a project that was not edited, the right events, and nothing else.

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Host, makeHost } from './support/host';
import { type Server, startServer } from './support/server';

describe('from make in a real project to an event on the wire', () => {
  let host: Host;
  let server: Server;

  beforeEach(async () => {
    [host, server] = await Promise.all([makeHost(), startServer()]);
  });
  afterEach(async () => {
    await server.close();
    host.remove();
  });

  const env = () => ({ POSTHOG_API_KEY: 'phc_test', POSTHOG_HOST: server.url });

  it('sends one batch for a command, once analytics is enabled', async () => {
    await host.make(['analytics-enable'], env());
    const { status, stdout } = await host.make(['enable-service', 'adguard'], env());
    expect({ status, stdout }).toEqual({
      status: 0,
      stdout: 'scaffold of adguard built\nadguard enabled\n',
    });
    await server.arrived(1);
    expect(server.requests).toHaveLength(1);
    const events = server.events().map(({ event, properties }) => ({ event, properties }));
    expect(events).toEqual([
      {
        event: 'service_enabled',
        properties: expect.objectContaining({ service_name: 'adguard', has_scaffold: true }),
      },
      {
        event: 'command_executed',
        properties: expect.objectContaining({ command: 'enable-service', success: true }),
      },
    ]);
  });
});
