// Which sender, over which transport: ONRAMP_ANALYTICS_SENDER picks.

import type { Environment } from '../environment';
import { print } from '../output';
import type { Settings } from '../settings';
import { consoleSender } from './console';
import { httpSender } from './http';
import { posthogSender } from './posthog';
import type { Sender, Transport } from './sender';
import { nodeTransport } from './transport';

/** A sender with the transport it is to use. */
export interface Route {
  readonly sender: Sender;
  readonly transport: Transport;
}

/**
 * The route that the settings ask for. Undefined when nothing may be sent (`none`) or nothing can
 * be (PostHog without a key): events then wait in the journal.
 */
export function routeFor(settings: Settings, env: Environment): Route | undefined {
  const { sender, key, host, debug } = settings;
  const transport = nodeTransport(env);
  switch (sender) {
    case 'none':
      return undefined;
    case 'console':
      return {
        sender: consoleSender(posthogSender(key ?? 'no-key', host, debug), print),
        transport,
      };
    case 'http':
      return { sender: httpSender(key, host), transport };
    case 'posthog':
      if (!key) return undefined;
      return { sender: posthogSender(key, host, debug), transport };
  }
}
