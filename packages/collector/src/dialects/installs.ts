// Installs: for `create-…` style installers, which have no SDK and mostly no token.
//
// Anyone may create; reading, changing and deleting is for admins and lives in admin/. An installation that
// is known already is answered like a new one, and nothing but its last day changes: whoever sends its id may be
// anybody.

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { camel } from '../../../schema/src/columns.ts';
import { isObject, type Json } from '../../../schema/src/json.ts';
import { distinctIdOf } from '../distinct-id.ts';
import type { Candidate, Event, Project } from '../event.ts';
import { holdsAddress, withoutAddresses } from '../gate/addresses.ts';
import { joined } from '../gate/breakdown.ts';
import { formatUuid } from '../gate/uuid.ts';
import { readBody } from '../http/body.ts';
import { parseJson } from '../http/json.ts';
import { Refused } from '../http/refused.ts';
import type { Ingest } from '../ingest.ts';
import { DAY_MS, INSTALL_BYTES } from '../limits.ts';
import type { Install } from '../store/records.ts';
import { batchOfOne } from './batch.ts';
import { memberOf, uuidOfId, withMembers } from './members.ts';
import { refusalOf } from './posthog-v0.ts';
import { parseTime, timeOf } from './time.ts';
import { bearer, checkToken } from './token.ts';
import type { Tokenless } from './tokenless.ts';

/** What this dialect needs of whoever keeps installations. */
export interface InstallTable {
  /**
   * Creates one, which a client may have seen earlier than now; of one that is known, notes only that it
   * is seen now.
   */
  note(
    project: number,
    id: string,
    properties: string | null,
    nowMs: number,
    seen?: Seen,
  ): Promise<unknown>;
}

/** When an installation was first and last seen, in ms since 1970. */
export interface Seen {
  readonly firstMs: number;
  readonly lastMs: number;
}

/** The stored record of an event, as clients and admins see it. */
export function recordOf(event: Event, createdMs?: number | null): Json {
  return {
    id: formatUuid(event.uuid),
    installation_id: event.distinctId,
    event_type: event.name,
    properties: joined(event),
    timestamp: new Date(event.timeMs).toISOString(),
    ...(createdMs != null && { created_at: new Date(createdMs).toISOString() }),
  };
}

/** What an installer says of itself, as columns of its record. */
const OF_RECORD = ['os', 'node_version', 'package_manager'] as const;

/** An installation, as clients and admins see it. */
export function recordOfInstall(install: Install): Json {
  const { installation_id, first_seen, last_seen } = install;
  const properties = isObject(install.properties) ? install.properties : {};
  return {
    installation_id,
    ...Object.fromEntries(OF_RECORD.map((name) => [name, memberOf(properties, name)?.value])),
    first_seen,
    last_seen,
    properties,
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
  const projectOf = async (request: FastifyRequest): Promise<Project> => {
    const token = bearer(request.headers.authorization);
    return token === undefined ? tokenless.take(request) : ingest.project(checkToken(token));
  };

  const createEvent = async (request: FastifyRequest, reply: FastifyReply) => {
    const data = await dataOf(request);
    const project = await projectOf(request);
    const { nowMs } = ingest;
    const batch = batchOfOne(candidateOf(data, project.id, nowMs));
    const { first, reasons } = await ingest.take(project, 'installs', batch);
    if (!first) throw refusalOf(reasons);
    await table.note(project.id, first.distinctId, null, nowMs);
    return reply.code(201).send({ data: recordOf(first, nowMs) });
  };

  const createInstall = async (request: FastifyRequest, reply: FastifyReply) => {
    const data = await dataOf(request);
    const id = installationId(memberOf(data, 'installation_id')?.value);
    const properties = propertiesOf(withMembers(data, data.properties, OF_INSTALL));
    const project = await projectOf(request);
    const seen = seenOf(data, ingest.nowMs);
    // As an event too, once: so it is among the installations of every count.
    const registered = batchOfOne({
      event: 'installation_registered',
      distinctId: id,
      uuid: uuidOfId(project.id, `installation ${id}`),
      properties: JSON.parse(properties),
      timeMs: Math.max(seen.firstMs, ingest.nowMs - (project.retentionDays - 1) * DAY_MS),
      sentTimestamp: undefined,
    });
    const { accepted, reasons } = await ingest.take(project, 'installs', registered);
    if (accepted === 0) throw refusalOf(reasons);
    await table.note(project.id, id, properties, ingest.nowMs, seen);
    // What was sent, of a known one too: nobody learns which it is.
    const sent: Install = {
      installation_id: id,
      first_seen: new Date(seen.firstMs).toISOString(),
      last_seen: new Date(seen.lastMs).toISOString(),
      properties: JSON.parse(properties),
    };
    return reply.code(201).send({ data: recordOfInstall(sent) });
  };

  for (const prefix of ['/v1', '/api/v1']) {
    app.post(`${prefix}/events`, createEvent);
    app.post(`${prefix}/installs`, createInstall);
  }
}

const OF_EVENT = [
  'event_type',
  'installation_id',
  'timestamp',
  'created_at',
  'properties',
  'uuid',
  'id',
];
const MEMBERS = new Set(OF_EVENT.flatMap((name) => [name, camel(name)]));
const OF_INSTALL = new Set(
  ['installation_id', 'first_seen', 'last_seen', 'properties'].flatMap((name) => [
    name,
    camel(name),
  ]),
);

/** Whether an installation came to its end, by what its events are called. */
const SUCCESS: ReadonlyMap<string, boolean> = new Map([
  ['installation_completed', true],
  ['installation_failed', false],
]);

/** An event as the gate wants it, from the members of a request. */
export function candidateOf(data: Json, project: number, nowMs: number): Candidate {
  const event = memberOf(data, 'event_type')?.value;
  const properties = withMembers(data, data.properties, MEMBERS);
  const success = typeof event === 'string' ? SUCCESS.get(event) : undefined;
  return {
    event,
    distinctId: memberOf(data, 'installation_id')?.value,
    uuid: uuidOfId(project, memberOf(data, 'uuid', 'id')?.value),
    properties:
      isObject(properties) && success !== undefined ? { success, ...properties } : properties,
    timeMs: timeOf({ timestamp: data.timestamp, nowMs }),
    sentTimestamp: parseTime(data.timestamp) === undefined ? undefined : data.timestamp,
  };
}

/**
 * An event's record, with changes: its type, its time, and properties, in snake case or in camel case. Whose
 * it is and its id stay. @throws Refused
 */
export function changedBy(was: Json, changes: Json): Json {
  const given = withMembers(changes, changes.properties, MEMBERS);
  if (!isObject(given)) {
    throw new Refused(400, 'properties_not_an_object', 'properties is an object');
  }
  const properties = { ...(was.properties as Json) };
  // What its type said follows its type.
  if (properties.success === SUCCESS.get(String(was.event_type))) delete properties.success;
  for (const name of Object.keys(given)) delete properties[snake(name)];
  return {
    event_type: memberOf(changes, 'event_type')?.value ?? was.event_type,
    installation_id: was.installation_id,
    id: was.id,
    timestamp: changes.timestamp ?? was.timestamp,
    properties: { ...properties, ...given },
  };
}

const snake = (name: string): string =>
  name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** When a client says that it was first and last there; never later than now. */
function seenOf(data: Json, nowMs: number): Seen {
  const at = (name: string) => parseTime(memberOf(data, name)?.value) ?? nowMs;
  const lastMs = Math.min(at('last_seen'), nowMs);
  return { firstMs: Math.min(at('first_seen'), lastMs), lastMs };
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
