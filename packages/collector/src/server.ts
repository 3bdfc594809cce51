// The server: every room's routes, and what they share (limits, CORS, errors).

import { constants } from 'node:zlib';
import compress, { type FastifyCompressOptions } from '@fastify/compress';
import cookie from '@fastify/cookie';
import cors from '@fastify/cors';
import rateLimit from '@fastify/rate-limit';
import websocket from '@fastify/websocket';
import fastify, {
  type FastifyInstance,
  type FastifyRequest,
  LogController,
  type RouteOptions,
} from 'fastify';
import type { Auth } from './admin/auth.ts';
import { clockRoutes } from './admin/clock.ts';
import { data } from './admin/data.ts';
import { deadLetters } from './admin/dead-letters.ts';
import { forgetRoutes } from './admin/forget.ts';
import { installRoutes } from './admin/installs.ts';
import { numberRoutes } from './admin/numbers.ts';
import { projects } from './admin/projects.ts';
import { session } from './admin/session.ts';
import { tokens } from './admin/tokens.ts';
import { openApiRoute } from './api/openapi/serve.ts';
import { query } from './api/query.ts';
import { refuseUnknown } from './api/unknown.ts';
import { warehouse } from './api/warehouse.ts';
import type { Config, Proxies } from './config.ts';
import { installs } from './dialects/installs.ts';
import { posthogConfig } from './dialects/posthog-config.ts';
import { posthogScript } from './dialects/posthog-script.ts';
import { posthogV0 } from './dialects/posthog-v0.ts';
import { posthogV1 } from './dialects/posthog-v1.ts';
import { telemetry } from './dialects/telemetry.ts';
import { Tokenless } from './dialects/tokenless.ts';
import { Rate } from './gate/rate.ts';
import type { Health } from './health/health.ts';
import { healthRoutes } from './health/routes.ts';
import { clientOf } from './http/client.ts';
import { corsOf } from './http/cors.ts';
import type { Downloads } from './http/downloads.ts';
import { answerError, errorBody } from './http/errors.ts';
import { answerMalformed, answerWhatNodeDoes } from './http/malformed.ts';
import { refuseRepeated } from './http/query.ts';
import { Refused } from './http/refused.ts';
import type { Ingest } from './ingest.ts';
import {
  INSTALLS_PER_MINUTE,
  PUBLIC_PER_MINUTE,
  REQUEST_BYTES,
  TOKENLESS_PER_MINUTE,
} from './limits.ts';
import type { Feed } from './live/feed.ts';
import type { Metrics } from './metrics.ts';
import { pages } from './pages.ts';
import { publicFigures } from './published/routes.ts';
import type { StoreLocation } from './store/open.ts';
import type { Store } from './store/store.ts';
import type { TokenlessKind, TokenlessProjects } from './tokenless-projects.ts';
import type { Keeper } from './warehouse/keeper.ts';
import { pageRoutes, siteRoutes } from './web/routes.ts';

export interface Parts {
  /** Hears of every route that is registered: tests hold the documents to it. */
  readonly onRoute?: (route: RouteOptions) => void;
  readonly config: Config;
  readonly store: Store;
  readonly location: StoreLocation;
  /** undefined: this collector has no warehouse. */
  readonly keeper: Keeper | undefined;
  readonly ingest: Ingest;
  readonly auth: Auth;
  readonly feed: Feed;
  readonly metrics: Metrics;
  readonly endSession: (id: string, untilMs: number) => Promise<void>;
  readonly downloads: Downloads;
  readonly health: Health;
  readonly clock: () => number;
  readonly tokenless: TokenlessProjects;
}

/** Builds the server. It does not listen yet. */
export async function buildServer(parts: Parts): Promise<FastifyInstance> {
  const { config, metrics } = parts;
  const app: FastifyInstance = fastify({
    trustProxy: trusted(config.trustProxy),
    bodyLimit: REQUEST_BYTES,
    // Requests are never logged: they hold addresses.
    logController: new LogController({ disableRequestLogging: true }),
    // Slow clients are cut off: the whole request has to be here by then. Node takes the larger of the
    // first two for both, so both are said.
    requestTimeout: config.requestTimeoutMs,
    http: {
      requireHostHeader: false, // said by ourselves, in words
      headersTimeout: config.requestTimeoutMs,
      requestTimeout: config.requestTimeoutMs,
      connectionsCheckingInterval: Math.min(1_000, config.requestTimeoutMs),
    },
    clientErrorHandler: answerMalformed,
    frameworkErrors: (error, request, reply) => answerError(app, error, request, reply),
    connectionTimeout: 2 * config.requestTimeoutMs,
    keepAliveTimeout: 65_000,
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
    reply.code(404).send({
      ...errorBody(404, 'not_found', 'there is nothing here: docs/api.md has every route'),
      type: 'not_found',
    }),
  );
  answerWhatNodeDoes(app);
  // After the hooks of a route that say who may ask: a stranger hears of that first.
  app.addHook('preParsing', refuseRepeated);
  if (parts.onRoute) app.addHook('onRoute', parts.onRoute);
  parts.downloads.watch(app);
  app.addHook('onResponse', async (request, reply) => {
    metrics.requests.inc({ route: request.routeOptions.url ?? 'none', status: reply.statusCode });
  });

  await app.register(cookie);
  await app.register(cors, () => (request: FastifyRequest, done: CorsDone) => {
    done(null, corsOf(request.url));
  });
  await app.register(websocket, { options: { maxPayload: 1024 } });
  await app.register(async (scope) => sdkRoutes(scope, parts));
  await app.register(async (scope) => installerRoutes(scope, parts));
  await app.register(async (scope) => loginRoutes(scope, parts));
  await app.register(async (scope) => publicRoutes(scope, parts));
  await app.register(async (scope) => adminRoutes(scope, parts));
  await app.register(async (scope) => pages(scope, config));
  return app;
}

/** Fastify's own number of hops trusts nobody. Hop 0 is who connects. */
const trusted = (proxies: Proxies) =>
  typeof proxies === 'number' ? (_address: string, hop: number) => hop < proxies : proxies;

type CorsDone = (error: Error | null, options?: object) => void;

const limited = (_request: FastifyRequest, { ttl }: { ttl: number }) =>
  new Refused(429, 'rate_limited', `too many requests; try again in ${Math.ceil(ttl / 1000)} s`);

/** What all rate limits share. */
const LIMITING = { cache: 20_000, keyGenerator: clientOf, errorResponseBuilder: limited };

/** Answers are lists of names and numbers: a tenth is left of them. Exports stream as they are. */
const COMPRESSING: FastifyCompressOptions = {
  globalDecompression: false,
  encodings: ['br', 'gzip'],
  customTypes: /^application\/json\b/,
  brotliOptions: { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } },
};

/** Everything that SDKs call. The limit is generous: several of them lose what gets a 429. */
async function sdkRoutes(scope: FastifyInstance, parts: Parts): Promise<void> {
  const { config, ingest, store } = parts;
  if (config.ratePerAddress > 0) {
    await scope.register(rateLimit, {
      max: config.ratePerAddress,
      timeWindow: 60_000,
      ...LIMITING,
    });
  }
  posthogV0(scope, ingest);
  posthogV1(scope, ingest);
  posthogConfig(scope, (token) => store.projects.byToken(token) !== undefined);
  posthogScript(scope);
  telemetry(scope, ingest, tokenlessOf(parts, 'agents'));
  const { metrics, clock } = parts;
  pageRoutes(scope, { ingest, store, metrics, clock, countryHeader: config.countryHeader });
}

/** Each dialect counts by itself: an installer asks twice, a script that reports asks again. */
const tokenlessOf = ({ tokenless, config }: Parts, kind: TokenlessKind) =>
  new Tokenless(
    config.isAnonymousAllowed ? () => tokenless.of(kind) : undefined,
    new Rate<string>(TOKENLESS_PER_MINUTE),
  );

async function installerRoutes(scope: FastifyInstance, parts: Parts): Promise<void> {
  await scope.register(rateLimit, {
    max: INSTALLS_PER_MINUTE,
    timeWindow: 60_000,
    ...LIMITING,
  });
  installs(scope, parts.ingest, parts.store.installs, tokenlessOf(parts, 'installs'));
}

async function loginRoutes(scope: FastifyInstance, { auth, endSession }: Parts): Promise<void> {
  await scope.register(rateLimit, {
    global: false,
    timeWindow: 60_000,
    ...LIMITING,
  });
  session(scope, auth, endSession);
}

/** What needs no token: answered from memory. */
async function publicRoutes(scope: FastifyInstance, { store, config }: Parts): Promise<void> {
  await scope.register(rateLimit, { max: PUBLIC_PER_MINUTE, timeWindow: 60_000, ...LIMITING });
  await scope.register(compress, COMPRESSING);
  publicFigures(scope, { store, config });
}

async function adminRoutes(scope: FastifyInstance, parts: Parts): Promise<void> {
  const { auth, store, location, ingest, clock, config, feed, metrics, tokenless } = parts;
  const { keeper } = parts;
  scope.addHook('preParsing', refuseUnknown);
  scope.addHook('onSend', async (_request, reply) => {
    reply.header('cache-control', 'no-store');
  });
  await scope.register(compress, COMPRESSING);
  numberRoutes(scope, { auth, store, clock });
  projects(scope, { auth, store, feed, clock, keeper, retentionDays: config.retentionDays });
  tokens(scope, { auth, store, feed, clock });
  siteRoutes(scope, { auth, store, clock, retentionDays: config.retentionDays });
  query(scope, { auth, projects: store.projects, keeper });
  warehouse(scope, { auth, keeper });
  openApiRoute(scope);
  deadLetters(scope, { auth, store, ingest });
  clockRoutes(scope, { auth, store, clock });
  forgetRoutes(scope, { auth, store, nudge: () => keeper?.nudge() });
  data(scope, { auth, store, location, clock });
  installRoutes(scope, {
    auth,
    store,
    ingest,
    clock,
    tokenless: () => (config.isAnonymousAllowed ? tokenless.known('installs') : undefined),
  });

  healthRoutes(scope, auth, parts.health);
  scope.get('/api/v1/live', { websocket: true, onRequest: auth.reads }, (socket, { access }) => {
    feed.add(socket, access);
    socket.on('close', () => feed.remove(socket));
    socket.on('error', () => feed.remove(socket));
  });

  // Not even this machine is let in without the token: a proxy on it may look like it in every way.
  scope.get('/metrics', { onRequest: auth.require }, async (_request, reply) => {
    if (keeper) metrics.warehouseWaiting.set(await keeper.waiting());
    metrics.waiting.set(store.depth);
    return reply.type(metrics.registry.contentType).send(await metrics.registry.metrics());
  });
}
