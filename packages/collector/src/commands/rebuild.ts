// `collector rebuild`: makes the warehouse anew from the store. Beside a running collector it asks that
// one to do it, and watches.

import { defineCommand } from 'citty';
import { type Config, readConfig, UserError } from '../config.ts';
import { consumersOf } from '../consumers.ts';
import { StoreHeld } from '../store/errors.ts';
import { openStore } from '../store/open.ts';
import { openWarehouse } from '../warehouse/open.ts';
import { progress } from './progress.ts';

/** Between two looks at how far it is, in ms. */
const LOOK_MS = 500;

interface Look {
  readonly behind: number;
  readonly events: number;
  readonly rebuilding: boolean;
  readonly state: string;
  readonly reason: string | null;
}

/** Looks until it is done, and says how far it is. */
async function watch(look: () => Promise<Look>): Promise<Look> {
  const line = progress();
  for (;;) {
    const now = await look();
    if (!now.rebuilding) return now;
    line(
      now.state === 'down'
        ? `the warehouse does not answer (${now.reason}); trying again`
        : `${now.events} of ${now.events + now.behind} events`,
    );
    await new Promise((wake) => setTimeout(wake, LOOK_MS));
  }
}

async function alone(config: Config): Promise<Look> {
  const store = await openStore(config, { consumers: consumersOf(config) });
  const keeper = await openWarehouse(config, store, (words) => console.error(words));
  try {
    keeper!.rebuild();
    keeper!.start();
    return await watch(async () => {
      const status = await keeper!.status();
      return {
        ...status,
        behind: status.waiting,
        events: status.rows,
        rebuilding: status.isFilling,
      };
    });
  } finally {
    await keeper?.stop();
    await store.close();
  }
}

async function beside({ host, port, adminToken }: Config): Promise<Look> {
  if (!adminToken) {
    throw new UserError(
      'a collector is running on this folder, and is to be asked for it: set COLLECTOR_ADMIN_TOKEN to its admin token, or stop it first',
    );
  }
  const name = host.includes(':') ? `[${host}]` : host;
  const url = `http://${name}:${port}/api/v1/warehouse`;
  const ask = async (method: string, path = ''): Promise<Look> => {
    const answer = await fetch(url + path, {
      method,
      headers: { authorization: `Bearer ${adminToken}` },
    }).catch((error: Error) => {
      const reason = error.cause instanceof Error ? error.cause.message : error.message;
      throw new UserError(
        `the collector that runs on this folder cannot be reached at ${url} (${reason}): set COLLECTOR_HOST and COLLECTOR_PORT to where it listens`,
      );
    });
    const body = (await answer.json()) as Look & { detail?: string };
    if (!answer.ok) throw new UserError(`the collector refused (${answer.status}): ${body.detail}`);
    return body;
  };
  await ask('POST', '/rebuild');
  return watch(() => ask('GET'));
}

export const rebuild = defineCommand({
  meta: {
    name: 'rebuild',
    description:
      'Make the warehouse anew from the store: of a running collector, which goes on meanwhile, or by itself',
    examples: ['rebuild'],
  },
  async run() {
    const config = readConfig(process.env);
    if (config.warehouse === 'none') {
      throw new UserError('there is no warehouse to rebuild: COLLECTOR_WAREHOUSE is none');
    }
    const startMs = Date.now();
    const { events } = await alone(config).catch((error: unknown) => {
      if (error instanceof StoreHeld) return beside(config);
      throw error;
    });
    console.log(`rebuilt: ${events} events in ${Math.round((Date.now() - startMs) / 1000)} s`);
  },
});
