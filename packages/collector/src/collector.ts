// Puts a collector together: the folder, the store, the first project, the admin token, the server.

import type { FastifyInstance } from 'fastify';
import { Auth } from './admin/auth.ts';
import { ArchiveJob } from './archive/job.ts';
import type { Config } from './config.ts';
import { consumersOf } from './consumers.ts';
import { type MadeTokens, setUp } from './first-start.ts';
import { Rate } from './gate/rate.ts';
import { checksOf } from './health/all.ts';
import { Writes } from './health/checks.ts';
import { Health } from './health/health.ts';
import { Downloads } from './http/downloads.ts';
import { endServer } from './http/end.ts';
import { Ingest } from './ingest.ts';
import { Jobs } from './jobs.ts';
import { cannotListen, checkAddress, urlOf } from './listening.ts';
import { Feed } from './live/feed.ts';
import { makeMetrics } from './metrics.ts';
import { PublishJob } from './published/job.ts';
import { buildServer } from './server.ts';
import { openStore } from './store/open.ts';
import type { Store } from './store/store.ts';
import { hashToken } from './store/tokens.ts';
import { TokenlessProjects } from './tokenless-projects.ts';
import type { Keeper } from './warehouse/keeper.ts';
import { openWarehouse } from './warehouse/open.ts';

export interface Collector {
  readonly url: string;
  /** Answers what was received, writes what waits, and closes. */
  stop(): Promise<void>;
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
