// A site on a real collector, and a browser that sends for it by hand.

import type { Collector } from '../../support/collector.ts';

export const BROWSER =
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0.0.0 Safari/537.36';

export interface TestSite {
  readonly id: string;
  readonly domainKey: string;
  readonly embedCode: string;
  /** Sends as a page of the site does. */
  send(body: unknown, headers?: Record<string, string>): Promise<Response>;
  /** What is stored of it, in the order of time. */
  events(): Promise<
    { event: string; distinct_id: string; timestamp: string; properties: Record<string, unknown> }[]
  >;
  stats(): Promise<Record<string, unknown>>;
}

export async function makeSite(
  collector: Collector,
  body: { domain: string; [name: string]: unknown },
): Promise<TestSite> {
  const made = await collector.admin('POST', '/api/v2/sites', body);
  if (made.status !== 201) throw new Error(await made.text());
  const site = (await made.json()) as { id: string; domainKey: string; embedCode: string };
  return {
    ...site,
    send: (payload, headers = {}) =>
      collector.request('POST', `/api/v2/track/${site.domainKey}`, payload, {
        origin: `https://${body.domain}`,
        'user-agent': BROWSER,
        'content-type': 'text/plain',
        ...headers,
      }),
    events: async () => {
      const answer = await collector.admin('GET', `/api/v1/export?project=${site.id}`);
      return (await answer.text())
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line));
    },
    stats: async () =>
      (await collector.admin('GET', `/api/v2/sites/${site.id}/stats`)).json() as never,
  };
}
