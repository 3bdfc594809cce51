// Everything of sites: what their pages load and send, and what is asked about them.

import type { FastifyInstance } from 'fastify';
import { littleStats } from '../dialects/littlestats.ts';
import { plausible } from '../dialects/plausible.ts';
import { MINUTE_MS } from '../limits.ts';
import { trackerScript } from './script.ts';
import { type SiteParts, sites } from './sites.ts';
import { siteStats } from './stats.ts';
import { Taking, type TakingParts } from './taking.ts';

/** What pages load and send. CORS and the rate limit are the caller's. */
export function pageRoutes(app: FastifyInstance, parts: TakingParts): void {
  const taking = new Taking(parts);
  // A salt ends with its day, also where nobody comes any more.
  const sweeping = setInterval(() => taking.visitors.sweep().catch(() => {}), MINUTE_MS);
  sweeping.unref();
  app.addHook('onClose', async () => clearInterval(sweeping));
  littleStats(app, taking);
  plausible(app, taking);
  trackerScript(app);
}

/** What those who run sites ask. */
export function siteRoutes(app: FastifyInstance, parts: SiteParts): void {
  sites(app, parts);
  siteStats(app, parts);
}
