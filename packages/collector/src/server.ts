// The server: every room's routes, and what they share (limits, CORS, errors).

import cookie from '@fastify/cookie';
import cors from '@fastify/cors';
import rateLimit from '@fastify/rate-limit';
import websocket from '@fastify/websocket';
import fastify, {
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from 'fastify';
import { isLoopback } from '../../schema/src/loopback.ts';
import type { Auth } from './admin/auth.ts';
import { data } from './admin/data.ts';
import { deadLetters } from './admin/dead-letters.ts';
import { numbers } from './admin/numbers.ts';
import { projects } from './admin/projects.ts';
import { session } from './admin/session.ts';
import type { Config } from './config.ts';
import { installs } from './dialects/installs.ts';
import { posthogConfig } from './dialects/posthog-config.ts';
import { posthogV0 } from './dialects/posthog-v0.ts';
import { posthogV1 } from './dialects/posthog-v1.ts';
import { telemetry } from './dialects/telemetry.ts';
import { Refused } from './http/body.ts';
import type { Ingest } from './ingest.ts';
import { INSTALLS_PER_MINUTE, REQUEST_BYTES } from './limits.ts';
import type { Feed } from './live/feed.ts';
import type { Metrics } from './metrics.ts';
import { pages } from './pages.ts';
import type { Reader } from './queries/reader.ts';
import { Unavailable } from './store/commit.ts';
import { explain } from './store/database.ts';
import { Installs } from './store/installs.ts';
import type { Store } from './store/store.ts';

export interface Parts {
  readonly config: Config;
  readonly store: Store;
  readonly ingest: Ingest;
  readonly reader: Reader;
  readonly auth: Auth;
  readonly feed: Feed;
  readonly metrics: Metrics;
  readonly clock: () => number;
}

/** Builds the server. It does not listen yet. */
export async function buildServer(parts: Parts): Promise<FastifyInstance> {
  const { config, metrics } = parts;
  const app = fastify({
    trustProxy: config.trustProxy,
    bodyLimit: REQUEST_BYTES,
    // Requests are never logged: they hold addresses.
    logController: new LogController({ disableRequestLogging: true }),
    // Slow clients are cut off: the whole request has to be here by then.
    requestTimeout: config.requestTimeoutMs,
    connectionTimeout: 2 * config.requestTimeoutMs,
    keepAliveTimeout: 65_000,
    http: { connectionsCheckingInterval: Math.min(5_000, config.requestTimeoutMs) },
    logger: {
      level: config.logLevel,
      serializers: { req: () => ({}), res: () => ({}) },
    },
  });
  // Bodies are read by the dialects, within their own limits.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, _payload, done) => done(null));
  app.setErrorHandler((error, request, reply) => answerError(app, error, request, reply));
  app.setNotFoundHandler((_request, reply) =>
    reply.code(404).send({ type: 'not_found', code: 'not_found', detail: 'there is nothing here' }),
  );
  app.addHook('onResponse', async (request, reply) => {
    metrics.requests.inc({ route: request.routeOptions.url ?? 'none', status: reply.statusCode });
  });

  await app.register(cookie);
  await app.register(cors, () => (request: FastifyRequest, done: CorsDone) => {
    done(null, corsOf(request.url));
  });
  await app.register(websocket, { options: { maxPayload: 1024 } });
  await app.register(async (scope) => sdkRoutes(scope, parts));
  await app.register(async (scope) => installRoutes(scope, parts));
  await app.register(async (scope) => loginRoutes(scope, parts));
  await app.register(async (scope) => adminRoutes(scope, parts));
  await app.register(async (scope) => pages(scope, config));
  return app;
}

type CorsDone = (error: Error | null, options?: object) => void;

/** SDKs run on any page; installers only post; everything else is for our own pages. */
function corsOf(url: string): object {
  const path = url.split('?', 1)[0]!;
  if (/^\/(v1|api\/v1)\/(events|installs)\/?$/.test(path)) {
    return { origin: '*', methods: ['POST'], strictPreflight: false, optionsSuccessStatus: 200 };
  }
  if (
    /^\/(batch|capture|e|track|engage|flags|decide|array|i|api\/v1\/telemetry)(\/|$)/.test(path)
  ) {
    return {
      origin: true,
      credentials: true,
      methods: ['GET', 'POST', 'OPTIONS'],
      maxAge: 86_400,
      strictPreflight: false,
      optionsSuccessStatus: 200,
    };
  }
  return { origin: false };
}

const limited = (_request: FastifyRequest, { ttl }: { ttl: number }) =>
  new Refused(429, 'rate_limited', `too many requests; try again in ${Math.ceil(ttl / 1000)} s`);

/** Everything that SDKs call. The limit is generous: several of them lose what gets a 429. */
async function sdkRoutes(scope: FastifyInstance, parts: Parts): Promise<void> {
  const { config, ingest, store } = parts;
  if (config.ratePerAddress > 0) {
    await scope.register(rateLimit, {
      max: config.ratePerAddress,
      timeWindow: 60_000,
      cache: 20_000,
      errorResponseBuilder: limited,
    });
  }
  posthogV0(scope, ingest);
  posthogV1(scope, ingest);
  posthogConfig(scope, (token) => store.projects.byTokenOf(token) !== undefined);
  telemetry(scope, ingest, anonymousProject(parts));
}

/** The project of clients that have no token: the first one. */
const anonymousProject =
  ({ config, store }: Parts) =>
  () =>
    config.isAnonymousAllowed ? store.projects.all()[0] : undefined;

async function installRoutes(scope: FastifyInstance, parts: Parts): Promise<void> {
  await scope.register(rateLimit, {
    max: INSTALLS_PER_MINUTE,
    timeWindow: 60_000,
    cache: 20_000,
    errorResponseBuilder: limited,
  });
  installs(scope, parts.ingest, new Installs(parts.store), anonymousProject(parts));
}

async function loginRoutes(scope: FastifyInstance, { auth }: Parts): Promise<void> {
  await scope.register(rateLimit, {
    global: false,
    timeWindow: 60_000,
    cache: 20_000,
    errorResponseBuilder: limited,
  });
  session(scope, auth);
}

async function adminRoutes(scope: FastifyInstance, parts: Parts): Promise<void> {
  const { auth, store, ingest, reader, clock, config, feed, metrics } = parts;
  scope.addHook('onSend', async (_request, reply) => {
    reply.header('cache-control', 'no-store');
  });
  numbers(scope, { auth, reader, clock, projects: store.projects, isPublic: config.isPublic });
  projects(scope, { auth, store, clock, retentionDays: config.retentionDays });
  deadLetters(scope, { auth, store, ingest });
  data(scope, { auth, store, clock, installs: new Installs(store) });

  // `forget` of the shim asks who answers here before it asks for a deletion.
  scope.get('/api/v1/health', async () => ({
    service: 'onramp-analytics-collector',
    status: 'ok',
  }));
  scope.get('/api/v1/live', { websocket: true, onRequest: auth.require }, (socket) => {
    feed.add(socket);
    socket.on('close', () => feed.remove(socket));
    socket.on('error', () => feed.remove(socket));
  });

  // On loopback it is this machine's own business; elsewhere it takes the token.
  const isOpen = isLoopback(config.host);
  scope.get('/metrics', isOpen ? {} : { onRequest: auth.require }, async (_request, reply) => {
    metrics.waiting.set(store.commits.depth);
    return reply.type(metrics.registry.contentType).send(await metrics.registry.metrics());
  });
}

function answerError(
  app: FastifyInstance,
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  if (error instanceof Refused) {
    // What was not read is not waited for.
    if (error.statusCode === 413) reply.header('connection', 'close');
    if (error.statusCode === 503) reply.header('retry-after', '1');
    return refuse(reply, error.statusCode, error.code, error.message);
  }
  if (error instanceof Unavailable) {
    if (error.cause) app.log.error(`not stored: ${explain(error.cause)}`);
    reply.header('retry-after', '1');
    return refuse(reply, 503, 'unavailable', `${error.message}; send it again later`);
  }
  const { statusCode, message, code } = error as {
    statusCode?: number;
    message: string;
    code?: string;
  };
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    return refuse(reply, statusCode, code ?? 'bad_request', message);
  }
  if (code === 'ECONNRESET' || code === 'ERR_STREAM_PREMATURE_CLOSE' || request.raw.destroyed) {
    return refuse(reply, 400, 'aborted', 'the request ended early');
  }
  // Never 500: an SDK that gets a 503 keeps its events and sends them again.
  app.log.error({ err: error }, 'unexpected');
  reply.header('retry-after', '1');
  return refuse(reply, 503, 'unavailable', 'something went wrong here; send it again later');
}

const TYPES: Readonly<Record<number, string>> = {
  401: 'authentication_error',
  429: 'rate_limit_error',
  503: 'server_error',
};

/** One shape for all: `type`, `code` and `detail` as PostHog's v0 has them, the rest as its v1. */
function refuse(reply: FastifyReply, status: number, code: string, detail: string): FastifyReply {
  return reply.code(status).send({
    type: TYPES[status] ?? 'validation_error',
    code,
    detail,
    error: code,
    error_description: detail,
  });
}
