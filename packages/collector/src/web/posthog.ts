// What posthog-js tells of a page, in the words that our own tracker has: then both are in the same visits, and are
// counted together.

import { isObject } from '../../../schema/src/json.ts';
import type { Candidate, Site } from '../event.ts';
import { addressOf, hostOf, isOfSite } from './address.ts';
import { channelOf } from './channel.ts';

/** `$direct` is how posthog-js says that nobody led there. */
const DIRECT = '$direct';

/** An event of posthog-js on a page of a site; any other stays as it is. */
export function settledPage(site: Site | undefined, candidate: Candidate): Candidate {
  const { event, properties: sent } = candidate;
  const address = isObject(sent) ? addressOf(sent.$current_url) : undefined;
  if (!isObject(sent) || !address) return candidate;
  const properties: Record<string, unknown> = { ...sent, $pathname: address.page };
  if (address.host !== undefined) properties.$host = address.host;
  const from = sent.$referrer === DIRECT ? undefined : hostOf(sent.$referrer);
  const isWithin = from !== undefined && site !== undefined && isOfSite(site, from);
  if (from === undefined || isWithin) delete properties.$referring_domain;
  else properties.$referring_domain = from;
  if (event === '$pageview' && !isWithin) properties.$channel = channelOf(from, address.utm);
  if (typeof sent.$device_type === 'string')
    properties.$device_type = sent.$device_type.toLowerCase();
  const major = /^\d{1,5}/.exec(String(sent.$browser_version ?? ''))?.[0];
  if (major) properties.$browser_major = major;
  const { $screen_width: width, $screen_height: height } = sent;
  if (Number.isInteger(width) && Number.isInteger(height))
    properties.$screen = `${width}x${height}`;
  const seconds = sent.$prev_pageview_duration;
  // With a page that follows in the same document it is about the one before, and would count for the wrong page.
  if (event === '$pageleave' && typeof seconds === 'number' && seconds >= 0) {
    properties.$engaged_ms = Math.round(Math.min(seconds, 24 * 3_600) * 1_000);
  }
  return { ...candidate, properties };
}
