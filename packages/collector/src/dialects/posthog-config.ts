// What SDKs ask for besides sending events: flags and configuration. There are none here, and the
// smallest answers say so: no flags, no recording, no surveys, nothing to load. Nor autocapture, which
// sends what people click on, with its text: a page that wants an event names it.

import { randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { readBody } from '../http/body.ts';
import { Refused } from '../http/refused.ts';
import { INSTALL_BYTES } from '../limits.ts';

const NOTHING = {
  supportedCompression: ['gzip', 'gzip-js'],
  hasFeatureFlags: false,
  captureDeadClicks: false,
  capturePerformance: false,
  autocapture_opt_out: true,
  autocaptureExceptions: false,
  analytics: { endpoint: '/i/v0/e/' },
  elementsChainAsString: true,
  errorTracking: { autocaptureExceptions: false, suppressionRules: [] },
  sessionRecording: false,
  heatmaps: false,
  conversations: false,
  logs: { captureConsoleLogs: false },
  surveys: false,
  productTours: false,
  defaultIdentifiedOnly: true,
  siteApps: [],
};

/** Registers `/flags`, `/decide` and `/array/TOKEN/config(.js)`. CORS is the caller's. */
export function posthogConfig(app: FastifyInstance, isKnown: (token: string) => boolean): void {
  const flags = async (request: FastifyRequest) => {
    // The question does not matter, but a client that is still sending must be read.
    if (request.method === 'POST') await readBody(request.raw, 64 * INSTALL_BYTES);
    const wantsConfig = (request.query as Record<string, string>).config === 'true';
    const isDecide = request.url.startsWith('/decide');
    return {
      flags: {},
      featureFlags: {},
      featureFlagPayloads: {},
      errorsWhileComputingFlags: false,
      quotaLimited: [],
      requestId: randomUUID(),
      evaluatedAt: Date.now(),
      ...((wantsConfig || isDecide) && {
        ...NOTHING,
        config: { enable_collect_everything: true },
        toolbarParams: {},
        isAuthenticated: false,
      }),
    };
  };
  for (const url of ['/flags', '/flags/', '/decide', '/decide/']) {
    app.route({ method: ['GET', 'POST'], url, handler: flags });
  }

  const known = (request: FastifyRequest): string => {
    const { token } = request.params as { token: string };
    if (!isKnown(token)) {
      throw new Refused(404, 'not_found', 'no project has this api_key');
    }
    return token;
  };
  app.get('/array/:token/config', async (request) => ({ token: known(request), ...NOTHING }));
  app.get('/array/:token/config.js', async (request, reply) => {
    // Only a token that is known gets into the script.
    const key = JSON.stringify(known(request)).replaceAll('<', '\\u003c');
    const config = JSON.stringify({ config: { token: known(request), ...NOTHING }, siteApps: [] });
    return reply
      .type('application/javascript')
      .header('cache-control', 'public, max-age=300')
      .send(
        `(function(){var all=window._POSTHOG_REMOTE_CONFIG=window._POSTHOG_REMOTE_CONFIG||{};all[${key}]=${config};})();`,
      );
  });
}
