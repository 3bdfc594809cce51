// Sites: listing, making, changing; in the shapes that LittleStats' API has.

import { randomBytes } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { visibleTo } from '../admin/access.ts';
import type { Auth } from '../admin/auth.ts';
import type { Project, Site } from '../event.ts';
import { readBody } from '../http/body.ts';
import { parseJson } from '../http/json.ts';
import { Refused } from '../http/refused.ts';
import { DOMAIN_CHARS, INSTALL_BYTES, MINUTE_MS, SITE_HOSTS, SITE_SILENCE_MS } from '../limits.ts';
import { Conflict } from '../store/errors.ts';
import type { Store } from '../store/store.ts';
import { SILENCE_MS } from '../store/visits.ts';
import { readTracker, snippetOf } from './script.ts';
import type { SiteProject } from './taking.ts';

export interface SiteParts {
  readonly auth: Auth;
  readonly store: Store;
  readonly clock: () => number;
  /** Of new sites. */
  readonly retentionDays: number;
}

/** A host as `Origin` has it, without `www.`; undefined when it is none. */
function domainOf(value: unknown): string | undefined {
  if (typeof value !== 'string' || value.length > DOMAIN_CHARS) return undefined;
  const host = value
    .trim()
    .toLowerCase()
    .replace(/^https?:\/\//, '')
    .replace(/\/$/, '');
  if (!/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/.test(host) || host.includes('..')) return undefined;
  return host.replace(/^www\./, '');
}

const invalidDomain = () =>
  new Refused(
    400,
    'invalid_domain',
    'domain: a host such as example.org, without a port or a path',
  );
const taken = () =>
  new Refused(
    409,
    'site_taken',
    'a site here has this domain, this key or this name; choose another',
  );

function hostsOf(value: unknown): string[] {
  const hosts = Array.isArray(value) ? value.map(domainOf) : [undefined];
  if (hosts.length <= SITE_HOSTS && hosts.every((host) => host !== undefined)) return hosts;
  throw new Refused(
    400,
    'invalid_hosts',
    `hosts: a list of up to ${SITE_HOSTS} hosts that may send besides the domain, such as ["localhost"]`,
  );
}

function keyOf(value: unknown): string {
  if (typeof value === 'string' && /^[\w-]{8,64}$/.test(value)) return value;
  throw new Refused(400, 'invalid_key', 'domainKey: 8 to 64 letters, digits, _ or -');
}

function silenceOf(value: unknown): number {
  const ms = typeof value === 'number' ? value * MINUTE_MS : 0;
  if (Number.isSafeInteger(value) && ms >= MINUTE_MS && ms <= SITE_SILENCE_MS) return ms;
  const most = SITE_SILENCE_MS / MINUTE_MS;
  throw new Refused(
    400,
    'invalid_session_minutes',
    `sessionMinutes: a whole number from 1 to ${most}`,
  );
}

/** The site of a request's path, by its number, its key or its domain, as far as who asks may see it. @throws Refused */
export function siteOf(request: FastifyRequest, { projects }: Store): SiteProject {
  const { id } = request.params as { id: string };
  const visible = visibleTo(request.access, projects);
  const found = visible.find(id) ?? visible.byId(projects.bySite(id)?.id ?? -1);
  if (found?.kind === 'web' && found.site) return found as SiteProject;
  throw new Refused(404, 'unknown_site', 'there is no such site');
}

/** Registers the routes. */
export function sites(
  app: FastifyInstance,
  { auth, store, clock, retentionDays }: SiteParts,
): void {
  const tracker = readTracker();
  const shown = (request: FastifyRequest, { id, name, timeZone, site }: SiteProject) => ({
    id: String(id),
    domain: site.domain,
    name,
    domainKey: site.key,
    hosts: site.hosts,
    sessionMinutes: site.silenceMs / MINUTE_MS,
    timeZone,
    embedCode: tracker
      ? snippetOf(tracker, `${request.protocol}://${request.host}`, site.key)
      : null,
  });
  const bodyOf = async (request: FastifyRequest) =>
    parseJson(await readBody(request.raw, INSTALL_BYTES)) as Record<string, unknown>;
  const checkFree = (site: Site, own?: number) => {
    for (const name of [site.domain, site.key]) {
      const other = store.projects.bySite(name);
      if (other && other.id !== own) throw taken();
    }
  };
  const isSite = (project: Project): project is SiteProject =>
    project.kind === 'web' && project.site !== undefined;

  app.get('/api/v2/sites', { onRequest: auth.reads }, async (request) => ({
    sites: visibleTo(request.access, store.projects)
      .list()
      .filter(isSite)
      .map((each) => shown(request, each)),
  }));

  app.post('/api/v2/sites', { onRequest: auth.require }, async (request, reply) => {
    const body = await bodyOf(request);
    const domain = domainOf(body?.domain);
    if (domain === undefined) throw invalidDomain();
    const site: Site = {
      domain,
      key:
        body.domainKey === undefined
          ? `site_${randomBytes(9).toString('base64url')}`
          : keyOf(body.domainKey),
      hosts: body.hosts === undefined ? [] : hostsOf(body.hosts),
      silenceMs: body.sessionMinutes === undefined ? SILENCE_MS : silenceOf(body.sessionMinutes),
    };
    checkFree(site);
    const name = body.name === undefined ? domain : body.name;
    if (typeof name !== 'string' || !/^[\w .-]{1,64}$/.test(name) || /^(\d+|\.+)$/.test(name)) {
      throw new Refused(400, 'invalid_name', 'name: up to 64 letters, digits, spaces, . _ -');
    }
    if (store.projects.find(name)) throw taken();
    try {
      const { token, ...made } = await store.projects.create(
        { name, kind: 'web', retentionDays, site },
        clock(),
      );
      return reply.code(201).send({ ...shown(request, made as SiteProject), token });
    } catch (error) {
      throw error instanceof Conflict ? taken() : error;
    }
  });

  app.patch('/api/v2/sites/:id', { onRequest: auth.changes }, async (request) => {
    const project = siteOf(request, store);
    const body = await bodyOf(request);
    const domain = body?.domain === undefined ? project.site.domain : domainOf(body.domain);
    if (domain === undefined) throw invalidDomain();
    const site: Site = {
      domain,
      key: body?.domainKey === undefined ? project.site.key : keyOf(body.domainKey),
      hosts: body?.hosts === undefined ? project.site.hosts : hostsOf(body.hosts),
      silenceMs:
        body?.sessionMinutes === undefined
          ? project.site.silenceMs
          : silenceOf(body.sessionMinutes),
    };
    checkFree(site, project.id);
    await store.projects.update(project.id, { site });
    return shown(request, store.projects.byId(project.id) as SiteProject);
  });
}
