// What all that pages speak have in common: which site it is for, whether the page is one of the site's, whether a
// program asked for it, who the visitor is.

import type { FastifyRequest } from 'fastify';
import { batchOfOne } from '../dialects/batch.ts';
import type { Dialect } from '../dialects/kinds.ts';
import { refusalOf } from '../dialects/posthog-v0.ts';
import type { Candidate, Project, Site } from '../event.ts';
import { readBody } from '../http/body.ts';
import { clientOf } from '../http/client.ts';
import type { Hold } from '../http/hold.ts';
import { parseJson } from '../http/json.ts';
import { Refused } from '../http/refused.ts';
import { looksGzipped, unpack } from '../http/unpack.ts';
import type { Ingest } from '../ingest.ts';
import { PAGE_REQUEST_BYTES } from '../limits.ts';
import type { Metrics } from '../metrics.ts';
import type { Store } from '../store/store.ts';
import type { Visit } from '../store/visits.ts';
import { isOfSite } from './address.ts';
import { agentOf } from './agent.ts';
import { eventOf, type Told } from './page-event.ts';
import { Visitors } from './visitors.ts';

export interface TakingParts {
  readonly ingest: Ingest;
  readonly store: Store;
  readonly metrics: Metrics;
  readonly clock: () => number;
  /** The header in which a trusted proxy says the country; undefined: none does. */
  readonly countryHeader: string | undefined;
}

export type SiteProject = Project & { readonly site: Site };

/** What a page sends, before it is known who the visitor is. */
export interface Sending {
  readonly told: Told;
  /** As the tracker keeps it; undefined: it keeps none. */
  readonly visitorId?: unknown;
}

/** Takes what pages send. */
export class Taking {
  readonly visitors: Visitors;

  constructor(private readonly parts: TakingParts) {
    this.visitors = new Visitors(parts.store.settings, parts.clock);
  }

  /** @throws Refused (404) */
  site(key: unknown): SiteProject {
    const found = typeof key === 'string' ? this.parts.store.projects.bySite(key) : undefined;
    if (found?.site) return found as SiteProject;
    throw new Refused(404, 'unknown_site', 'no site of this id is counted here');
  }

  /** A small body of JSON, as it is or as gzip. @throws Refused */
  async body(request: FastifyRequest, hold: Hold): Promise<unknown> {
    const sent = await readBody(request.raw, PAGE_REQUEST_BYTES, hold);
    return parseJson(await unpack(sent, looksGzipped(sent) ? 'gzip' : 'none', hold));
  }

  /**
   * Takes what a page of a site sent. Resolves when it is on disk, with the visit that it belongs to; with nothing
   * where it was not taken and the page should not send it again. @throws Refused, Unavailable
   */
  async take(
    request: FastifyRequest,
    {
      project,
      dialect,
      sendings,
    }: { project: SiteProject; dialect: Dialect; sendings: readonly Sending[] },
  ): Promise<Visit | undefined> {
    const { ingest, metrics } = this.parts;
    const agentText = request.headers['user-agent'] ?? '';
    const agent = agentOf(agentText.slice(0, 1_000));
    if (agent.isBot) {
      metrics.bots.inc();
      return undefined;
    }
    await this.visitors.ready();
    const { nowMs } = ingest;
    const country = this.countryOf(request);
    let unknown: string | undefined;
    const candidates = sendings.map(({ told, visitorId }): Candidate => {
      let visitor = this.visitors.known(visitorId);
      if (visitor === '') {
        unknown ??= this.visitors.unknown(project.id, clientOf(request), agentText);
        visitor = unknown;
      }
      return eventOf(project, told, { visitor, agent, country }, nowMs);
    });
    if (!isFromSite(request, project.site)) {
      await ingest.refuse(project, dialect, candidates, 'other_origin');
      return undefined;
    }
    const batch =
      candidates.length === 1
        ? batchOfOne(candidates[0]!)
        : { length: candidates.length, size: () => 0, at: (index: number) => candidates[index]! };
    const { accepted, reasons, visit } = await ingest.take(project, dialect, batch);
    if (accepted === 0) throw refusalOf(reasons);
    return visit;
  }

  private countryOf(request: FastifyRequest): string | undefined {
    const { countryHeader } = this.parts;
    const value = countryHeader && request.headers[countryHeader];
    // Of networks that are nowhere, proxies say XX or T1.
    return typeof value === 'string' && /^(?!XX|T1)[A-Za-z]{2}$/.test(value)
      ? value.toUpperCase()
      : undefined;
  }
}

/** A page says where it is: in `Origin`, or else in `Referer`. */
function isFromSite({ headers }: FastifyRequest, site: Site): boolean {
  const said = headers.origin && headers.origin !== 'null' ? headers.origin : headers.referer;
  try {
    return isOfSite(site, new URL(said ?? '').hostname);
  } catch {
    return false;
  }
}
