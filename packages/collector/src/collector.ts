// Puts a collector together: the folder, the store, the first project, the admin token, the server.

import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { isLoopback } from '../../schema/src/loopback.ts';
import { Auth, hashToken, newAdminToken, newSecret } from './admin/auth.ts';
import { type Config, UserError } from './config.ts';
import { Rate } from './gate/rate.ts';
import { Downloads } from './http/downloads.ts';
import { endServer } from './http/end.ts';
import { Ingest } from './ingest.ts';
import { HOUR_MS } from './limits.ts';
import { Feed } from './live/feed.ts';
import { makeMetrics } from './metrics.ts';
import { Reader } from './queries/reader.ts';
import { buildServer } from './server.ts';
import { explain } from './store/database.ts';
import { EndedSessions } from './store/ended-sessions.ts';
import { FolderError, holdFolder, prepareFolder } from './store/folder.ts';
import { getMeta, setMeta } from './store/projects.ts';
import { retain } from './store/retention.ts';
import { Store } from './store/store.ts';

const ADMIN_HASH = 'admin_token_hash';
const TOKENLESS = 'tokenless_project';
const SECRET = 'session_secret';

export interface Collector {
  readonly url: string;
  /** What was made at this start, to be shown once. */
  readonly made: { projectToken?: string; adminToken?: string };
  /** Answers what was received, writes what waits, and closes. */
  stop(): Promise<void>;
}

/** Opens the store of a folder. @throws FolderError in words for the operator */
export function openStore(folder: string, hooks?: ConstructorParameters<typeof Store>[1]): Store {
  try {
    return new Store(folder, hooks);
  } catch (error) {
    throw new FolderError(
      `the database in ${folder} cannot be used: ${explain(error)}. Nothing was changed. If it is damaged, restore a backup with: collector restore FILE`,
    );
  }
}

/** Starts a collector. @throws UserError, FolderError */
export async function startCollector(config: Config): Promise<Collector> {
  prepareFolder(config.dataFolder);
  const hold = holdFolder(config.dataFolder);
  const metrics = makeMetrics();
  const store = openStore(config.dataFolder, {
    committed: (_jobs, events, ms) => {
      metrics.commitSeconds.observe(ms / 1000);
      metrics.commitEvents.inc(events);
    },
    undone: () => metrics.failedCommits.inc(),
  });
  let app: FastifyInstance | undefined;
  const clock = Date.now;
  const feed = new Feed();
  const reader = new Reader(store.path);
  try {
    const made = setUp(store, config, clock());
    const ended = new EndedSessions(store.db, clock());
    const auth = new Auth(
      config.adminToken ? hashToken(config.adminToken) : getMeta(store.db, ADMIN_HASH)!,
      getMeta(store.db, SECRET)!,
      clock,
      (session) => ended.has(session),
    );
    const ingest = new Ingest({
      store,
      metrics,
      clock,
      rate: new Rate(config.ratePerProject),
      announce: (project, events) => feed.announce(project, events),
    });
    const downloads = new Downloads();
    const tokenlessId = Number(getMeta(store.db, TOKENLESS));
    app = await buildServer({
      config,
      store,
      ingest,
      reader,
      auth,
      feed,
      metrics,
      downloads,
      clock,
      endSession: async (id, untilMs) => {
        await store.commits.add(1, () => ended.add(id, untilMs));
        feed.end({ session: id });
      },
      tokenlessProject: () =>
        config.isAnonymousAllowed ? store.projects.byId(tokenlessId) : undefined,
    });
    await app.listen({ host: config.host, port: config.port });
    const stopJobs = startJobs(store, app, clock);
    const running = app;
    return {
      url: urlOf(running),
      made,
      stop: async () => {
        stopJobs();
        feed.close();
        await endServer(running, downloads);
        await reader.close();
        store.close();
        hold.release();
      },
    };
  } catch (error) {
    await app?.close();
    store.close();
    hold.release();
    const { code } = error as { code?: string };
    if (code === 'EADDRINUSE') {
      throw new UserError(
        `port ${config.port} is in use. Stop what uses it, or choose another with COLLECTOR_PORT`,
      );
    }
    if (code === 'EADDRNOTAVAIL' || code === 'EACCES') {
      throw new UserError(`cannot listen on ${config.host}:${config.port} (${code})`);
    }
    throw error;
  }
}

/** The first start makes a project and an admin token. */
function setUp(store: Store, config: Config, nowMs: number): Collector['made'] {
  const { db, projects } = store;
  const made: { projectToken?: string; adminToken?: string } = {};
  const hasToken = config.adminToken !== undefined || getMeta(db, ADMIN_HASH) !== undefined;
  if (!hasToken && !isLoopback(config.host)) {
    throw new UserError(
      `there is no admin token, and ${config.host} can be reached by others: anybody could read and erase everything. Set COLLECTOR_ADMIN_TOKEN`,
    );
  }
  if (!hasToken) {
    made.adminToken = newAdminToken();
    setMeta(db, ADMIN_HASH, hashToken(made.adminToken));
  }
  if (getMeta(db, SECRET) === undefined) setMeta(db, SECRET, newSecret());
  if (projects.all().length === 0) {
    const { token } = projects.create(
      config.project,
      nowMs,
      config.projectToken,
      config.retentionDays,
    );
    made.projectToken = token;
  } else if (config.projectToken && !projects.byTokenOf(config.projectToken)) {
    throw new UserError(
      'COLLECTOR_PROJECT_TOKEN is not the token of any project here; it is only used to make the first one',
    );
  }
  if (config.isAnonymousAllowed) setUpTokenless(store, config, nowMs);
  return made;
}

/** Clients without a token have a project of their own, which the admin may give another name. */
function setUpTokenless({ db, projects }: Store, config: Config, nowMs: number): void {
  if (projects.byId(Number(getMeta(db, TOKENLESS)))) return;
  let name = 'anonymous';
  for (let n = 2; projects.find(name); n++) name = `anonymous ${n}`;
  const { id } = projects.create(name, nowMs, undefined, config.retentionDays);
  setMeta(db, TOKENLESS, String(id));
}

/** Retention, every hour and soon after the start. */
function startJobs(store: Store, app: FastifyInstance, clock: () => number): () => void {
  const run = () => {
    retain(store, clock()).catch((error) => app.log.error(`retention: ${explain(error)}`));
  };
  const soon = setTimeout(run, 30_000);
  const hourly = setInterval(run, HOUR_MS);
  return () => {
    clearTimeout(soon);
    clearInterval(hourly);
  };
}

function urlOf(app: FastifyInstance): string {
  const { address, port, family } = app.server.address() as AddressInfo;
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}
