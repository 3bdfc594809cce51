// Puts a collector together: the folder, the store, the first project, the admin token, the server.

import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { isLoopback } from '../../schema/src/loopback.ts';
import { Auth, newSecret } from './admin/auth.ts';
import { ArchiveJob } from './archive/job.ts';
import { type Config, UserError } from './config.ts';
import { consumersOf } from './consumers.ts';
import { Rate } from './gate/rate.ts';
import { checksOf } from './health/all.ts';
import { Writes } from './health/checks.ts';
import { Health } from './health/health.ts';
import { Downloads } from './http/downloads.ts';
import { endServer } from './http/end.ts';
import { Ingest } from './ingest.ts';
import { Jobs } from './jobs.ts';
import { Feed } from './live/feed.ts';
import { makeMetrics } from './metrics.ts';
import { PublishJob } from './published/job.ts';
import { buildServer } from './server.ts';
import { openStore } from './store/open.ts';
import type { Store } from './store/store.ts';
import { hashToken, newToken } from './store/tokens.ts';
import { TokenlessProjects } from './tokenless-projects.ts';
import type { Keeper } from './warehouse/keeper.ts';
import { openWarehouse } from './warehouse/open.ts';

export interface Collector {
  readonly url: string;
  /** Answers what was received, writes what waits, and closes. */
  stop(): Promise<void>;
}

/** Tokens that a first start makes: only their hashes are kept. */
export interface MadeTokens {
  readonly projectToken?: string;
  readonly adminToken?: string;
}

export interface StartOptions {
  /**
   * Shows tokens to the operator. Called before they are kept: whoever ends this process in between, at any
   * moment, leaves tokens that were shown, or none, and the next start makes others.
   */
  readonly show: (made: MadeTokens) => void;
  /** Begin with an empty database where the old one was lost. */
  readonly isAnew?: boolean;
}

/** Starts a collector. @throws UserError, StoreError */
export async function startCollector(
  config: Config,
  { show, isAnew = false }: StartOptions,
): Promise<Collector> {
  await checkAddress(config);
  const metrics = makeMetrics();
  const clock = Date.now;
  const writes = new Writes(clock);
  const store = await openStore(config, {
    consumers: consumersOf(config),
    isAnew,
    onCommit: (_requests, events, ms) => {
      metrics.commitSeconds.observe(ms / 1000);
      metrics.commitEvents.inc(events);
      writes.done();
    },
    onUndone: (error) => {
      metrics.failedCommits.inc();
      writes.undone(error);
    },
  });
  let app: FastifyInstance | undefined;
  let archive: ArchiveJob | undefined;
  let jobs: Jobs | undefined;
  const feed = new Feed();
  let keeper: Keeper | undefined;
  try {
    await setUp(store, config, clock(), show);
    const auth = new Auth({
      tokenHash: config.adminToken
        ? hashToken(config.adminToken)
        : (await store.settings.get('admin_token_hash'))!,
      secret: (await store.settings.get('session_secret'))!,
      tokens: store.tokens,
      isEnded: (session) => store.sessions.has(session),
      clock,
    });
    const ingest = new Ingest({
      store,
      metrics,
      clock,
      rate: new Rate(config.ratePerProject),
      announce: (project, events) => feed.announce(project, events),
    });
    keeper = await openWarehouse(config, store, (words) => app?.log.error(words));
    const downloads = new Downloads();
    const archiveStatus = () => archive?.status();
    const integrity = () => jobs?.integrity();
    const health = new Health(
      checksOf({ store, writes, keeper, archiveStatus, integrity, clock }),
      clock,
    );
    await health.start();
    const tokenless = await TokenlessProjects.open(store, config.retentionDays, clock);
    app = await buildServer({
      config,
      store,
      location: { dataFolder: config.dataFolder },
      keeper,
      ingest,
      auth,
      feed,
      metrics,
      downloads,
      health,
      clock,
      endSession: async (id, untilMs) => {
        await store.sessions.end(id, untilMs);
        feed.end({ session: id });
      },
      tokenless,
    });
    if (config.projectToken && !store.projects.byToken(config.projectToken)) {
      app.log.warn(
        'COLLECTOR_PROJECT_TOKEN is no token to write with here: it was rotated or revoked, or is of another collector. What sends with it gets 401. Unset it, or make a token at /api/v1/tokens',
      );
    }
    await app.listen({ host: config.host, port: config.port });
    keeper?.start();
    jobs = new Jobs({ store, metrics, log: app.log, clock, retained: () => keeper?.retain() });
    jobs.start();
    const running = app;
    const publishing =
      keeper && startPublishing(store, keeper, clock, (words) => running.log.error(words));
    archive = startArchive(store, config, clock, (message) => running.log.error(message));
    return {
      url: urlOf(running),
      stop: async () => {
        jobs?.stop();
        health.stop();
        await Promise.all([archive?.stop(), publishing?.stop()]);
        feed.close();
        await Promise.all([endServer(running, downloads), keeper?.stopShipping()]);
        await keeper?.stop();
        await store.close();
      },
    };
  } catch (error) {
    await app?.close();
    await keeper?.stop();
    await store.close();
    throw cannotListen(error, config) ?? error;
  }
}

/**
 * Nothing is made where nobody can listen: the tokens of a first start are shown once, when it has started.
 * @throws UserError
 */
async function checkAddress(config: Config): Promise<void> {
  if (config.port === 0) return;
  const probe = createServer();
  try {
    const { host, port } = config;
    await once(probe.listen({ host, port }), 'listening');
  } catch (error) {
    throw cannotListen(error, config) ?? error;
  } finally {
    probe.close();
  }
}

/** Why it cannot listen, and what to do; undefined: the error is about something else. */
function cannotListen(error: unknown, { host, port }: Config): UserError | undefined {
  const { code } = error as { code?: string };
  if (code === 'EADDRINUSE') {
    return new UserError(
      `port ${port} is in use. Stop what uses it, or choose another with COLLECTOR_PORT`,
    );
  }
  if (code !== 'EADDRNOTAVAIL' && code !== 'EACCES') return undefined;
  const why =
    code === 'EACCES'
      ? 'ports below 1024 are for root. Choose another with COLLECTOR_PORT, and put a reverse proxy in front'
      : 'this machine has no such address. Set COLLECTOR_HOST to one that it has';
  return new UserError(`cannot listen on ${host}:${port} (${code}): ${why}`);
}

/** The first start makes a project and an admin token. */
async function setUp(
  store: Store,
  config: Config,
  nowMs: number,
  show: StartOptions['show'],
): Promise<void> {
  const { settings, projects } = store;
  const hasToken =
    config.adminToken !== undefined || (await settings.get('admin_token_hash')) !== undefined;
  if (!hasToken && !isLoopback(config.host)) {
    throw new UserError(
      `there is no admin token, and ${config.host} can be reached by others: anybody could read and erase everything. Set COLLECTOR_ADMIN_TOKEN`,
    );
  }
  const adminToken = hasToken ? undefined : newToken('admin');
  const isFirst = projects.list().length === 0;
  const projectToken = isFirst ? (config.projectToken ?? newToken('write')) : undefined;
  show({ ...(projectToken && { projectToken }), ...(adminToken && { adminToken }) });
  if (adminToken) await settings.set('admin_token_hash', hashToken(adminToken));
  if ((await settings.get('session_secret')) === undefined) {
    await settings.set('session_secret', newSecret());
  }
  if (projectToken) {
    const { project: name, projectKind: kind, retentionDays } = config;
    await projects.create({ name, kind, retentionDays, token: projectToken }, nowMs);
  }
}

/** Publishes months of the projects that are published. */
function startPublishing(
  store: Store,
  keeper: Keeper,
  clock: () => number,
  onError: (message: string) => void,
): PublishJob {
  const job = new PublishJob({ store, keeper, clock, onError });
  job.start();
  return job;
}

/** The archive, if there is to be one. */
function startArchive(
  store: Store,
  { archiveFolder, archiveMonths, dataFolder }: Config,
  clock: () => number,
  onError: (message: string) => void,
): ArchiveJob | undefined {
  if (archiveFolder === undefined) return undefined;
  const job = new ArchiveJob({
    store,
    location: { dataFolder },
    folder: archiveFolder,
    // A month too many is no harm, a day too few is.
    keepDays: archiveMonths * 31,
    clock,
    onError,
  });
  job.start();
  return job;
}

function urlOf(app: FastifyInstance): string {
  const { address, port, family } = app.server.address() as AddressInfo;
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}
