// `make bench`: what the shim costs the person at the keyboard. Prints a table, writes results.json.
//
//   npx vitest run --config bench/vitest.config.mts -t commands     one part of it; writes nothing

import { existsSync } from 'node:fs';
import { afterAll, beforeAll, it } from 'vitest';
import { BUNDLE } from '../test/support/run';
import { backlog, commands, others } from './command-rows';
import { large } from './large-rows';
import { inARow, off, on, typed } from './make-rows';
import { type Server, startServer } from './start-server';
import { report } from './table';

let server: Server;
let hanging: Server;
let env: { POSTHOG_API_KEY: string; POSTHOG_HOST: string };

const PARTS: Readonly<Record<string, () => Promise<void>>> = {
  off,
  on: () => on(hanging, env),
  typed: () => typed(env),
  loop: () => inARow(env),
  large: () => large(env),
  commands: () => commands(env),
  backlog: () => backlog(server, env),
  others: () => others(server, env),
};
/** Only whole tables are written down: `-t` picks a part of it. */
const missing = new Set(Object.keys(PARTS));

beforeAll(async () => {
  if (!existsSync(BUNDLE)) throw new Error('Build first: make build');
  [server, hanging] = await Promise.all([startServer('accepts'), startServer('hangs')]);
  env = { POSTHOG_API_KEY: 'phc_bench', POSTHOG_HOST: server.url };
});
afterAll(() => {
  server.close();
  hanging.close();
  report(missing.size === 0);
});

for (const [name, measure] of Object.entries(PARTS)) {
  it(name, async () => {
    await measure();
    missing.delete(name);
  });
}
