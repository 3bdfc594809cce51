// The first start, killed at every moment that counts: nobody is locked out.

import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { event, makeFolder, startCollector } from './support/collector';

const KILL_AT = resolve(import.meta.dirname, 'support/kill-at.mjs');
const OWN_TOKENS = { COLLECTOR_ADMIN_TOKEN: undefined, COLLECTOR_PROJECT_TOKEN: undefined };

const tokensIn = (output: string, kind: 'admin' | 'project') =>
  [...output.matchAll(new RegExp(`${kind} token: +(\\S+)`, 'g'))].map(([, token]) => token!);

describe('a first start that is killed', () => {
  it('at any moment leaves tokens that were shown, and a folder that starts', async () => {
    const folder = makeFolder();
    let moments = 0;
    for (let at = 1; ; at++) {
      const path = join(folder.path, String(at));
      mkdirSync(path);
      const options = { NODE_OPTIONS: `--import ${KILL_AT}`, KILL_AT: String(at), ...OWN_TOKENS };
      let before = '';
      // The moments after it listens are no matter of the first start.
      const isThrough = await startCollector(options, { folder: path }).then(
        async (first) => {
          before = first.output();
          await first.stop('SIGKILL');
          return true;
        },
        (error: Error) => {
          before = error.message;
          return false;
        },
      );
      const second = await startCollector(OWN_TOKENS, { folder: path });
      const shown = before + second.output();
      const statuses = await Promise.all(
        tokensIn(shown, 'admin').map(async (token) => {
          const headers = { authorization: `Bearer ${token}` };
          return (await second.request('GET', '/api/v1/projects', undefined, headers)).status;
        }),
      );
      expect(statuses, `killed at moment ${at}`).toContain(200);
      const taken = await Promise.all(
        tokensIn(shown, 'project').map(
          async (token) =>
            (await second.post('/batch/', { api_key: token, batch: [event()] })).status,
        ),
      );
      expect(taken, `killed at moment ${at}`).toContain(200);
      await second.stop();
      if (isThrough) break;
      moments++;
    }
    // Commits of the schema, of three settings or tokens, and the lines that are printed.
    expect(moments).toBeGreaterThan(8);
    folder.remove();
  }, 240_000);
});
