// Installs: for `create-…` style installers, which have no SDK and mostly no token.
//
// Anyone may create; reading, changing and deleting is for admins and lives in admin/. Of an
// installation that is known already nothing is shown and nothing but its last day changes: whoever
// sends its id may be anybody.

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { isObject, type Json } from '../../../schema/src/json.ts';
import type { Candidate, Event, Project } from '../event.ts';
import { holdsAddress, withoutAddresses } from '../gate/addresses.ts';
import { joined } from '../gate/breakdown.ts';
import { distinctIdOf } from '../gate/gate.ts';
import { formatUuid } from '../gate/uuid.ts';
import { readBody } from '../http/body.ts';
import { parseJson } from '../http/json.ts';
import { Refused } from '../http/refused.ts';
import type { Ingest } from '../ingest.ts';
import { INSTALL_BYTES } from '../limits.ts';
import { batchOfOne } from './batch.ts';
import { refusalOf } from './posthog-v0.ts';
import { parseTime, timeOf } from './time.ts';
import { bearer, checkToken } from './token.ts';
import type { Tokenless } from './tokenless.ts';

export const INSTALL_EVENTS: readonly string[] = [
  'installation_started',
  'installation_completed',
  'installation_failed',
];

/** What this dialect needs of whoever keeps installations. */
export interface InstallTable {
  /** Creates one; of one that is known, notes only that it was seen. */
  note(
    project: number,
    id: string,
    properties: string | null,
    nowMs: number,
  ): Promise<{ isNew: boolean; install: unknown }>;
}

/** The stored record of an event, as clients and admins see it. */
export function recordOf(event: Event): Json {
  return {
    id: formatUuid(event.uuid),
    installation_id: event.distinctId,
    event_type: event.name,
    properties: { ...(JSON.parse(event.rest) as Json), ...joined(event) },
    timestamp: new Date(event.timeMs).toISOString(),
  };
}

async function dataOf(request: FastifyRequest): Promise<Json> {
  const payload = parseJson(await readBody(request.raw, INSTALL_BYTES));
  const data = isObject(payload) ? (payload.data ?? payload) : undefined;
  if (!isObject(data)) throw new Refused(400, 'request_parsing_error', 'send {"data": {…}}');
  return data;
}

/** Registers the public half. CORS and the rate limit are the caller's. */
export function installs(
  app: FastifyInstance,
  ingest: Ingest,
  table: InstallTable,
  tokenless: Tokenless,
): void {
  const projectOf = (request: FastifyRequest): Project => {
    const token = bearer(request.headers.authorization);
    return token === undefined ? tokenless.take(request) : ingest.project(checkToken(token));
  };

  const createEvent = async (request: FastifyRequest, reply: FastifyReply) => {
    const data = await dataOf(request);
    if (typeof data.event_type !== 'string' || !INSTALL_EVENTS.includes(data.event_type)) {
      throw new Refused(400, 'unknown_event_type', `event_type is ${INSTALL_EVENTS.join(', ')}`);
    }
    const { nowMs } = ingest;
    const candidate: Candidate = {
      event: data.event_type,
      distinctId: data.installation_id,
      uuid: data.uuid,
      properties: data.properties ?? {},
      timeMs: timeOf({ timestamp: data.timestamp, nowMs }),
      sentTimestamp: parseTime(data.timestamp) === undefined ? undefined : data.timestamp,
    };
    const batch = batchOfOne(candidate);
    const { first, reasons } = await ingest.take(projectOf(request), 'installs', batch);
    if (!first) throw refusalOf(reasons);
    return reply.code(201).send({ data: recordOf(first) });
  };
  app.post('/v1/events', createEvent);
  app.post('/api/v1/events', createEvent);

  app.post('/v1/installs', async (request, reply) => {
    const data = await dataOf(request);
    const id = installationId(data.installation_id);
    const properties = data.properties === undefined ? null : propertiesOf(data.properties);
    const { id: project } = projectOf(request);
    const { install, isNew } = await table.note(project, id, properties, ingest.nowMs);
    if (isNew) return reply.code(201).send({ data: install });
    return reply.code(200).send({ data: { installation_id: id } });
  });
}

/** An installation's id: the same rules as any distinct id. @throws Refused */
export function installationId(value: unknown): string {
  const id = distinctIdOf(value);
  if (id === '') throw new Refused(400, 'missing_installation_id', 'send an installation_id');
  if (holdsAddress(id)) {
    throw new Refused(400, 'distinct_id_is_an_address', 'an installation_id is no address');
  }
  return id;
}

/** Properties as JSON, without addresses. @throws Refused */
export function propertiesOf(value: unknown): string {
  if (!isObject(value)) {
    throw new Refused(400, 'properties_not_an_object', 'properties is an object');
  }
  return JSON.stringify(withoutAddresses(value));
}
