// Whatever people do with make while analytics is on, in a world of canaries, nothing of that world is
// in any byte that reaches the server: every scenario of the table, once.

import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CANARIES, CANARY, CANARY_ENV, ON_A_CANARY_HOST } from '../support/canaries';
import { leaks } from '../support/canary';
import { shim } from '../support/run';
import { startTap, type Tap } from '../support/tap';
import { reasonToSkip } from './needs';
import { SCENARIOS } from './scenarios';
import { makeTools } from './tools';
import { type Installed, installOnce, removeFolder, runScenario, VARIANTS } from './variants';

const ON = VARIANTS.find(({ name }) => name === 'on')!;
/** What stands for every name that is not one of the host's. */
const STAND_IN = 'unknown';

interface Sent {
  readonly event: string;
  readonly properties: { readonly command?: string };
}

const sent = (tap: Tap) =>
  tap.requests().flatMap(({ body }) => (JSON.parse(body) as { batch: Sent[] }).batch);

describe('every scenario, in a world of canaries', () => {
  let base: string;
  let tools: string;
  let installed: Installed;
  let tap: Tap;
  let commands = 0;

  beforeAll(async () => {
    tap = await startTap();
    base = mkdtempSync(join(tmpdir(), 'onramp-'));
    chmodSync(base, 0o755);
    installed = await installOnce(base);
    tools = join(base, 'tools');
    makeTools(tools, true);
  });
  afterAll(async () => {
    await tap.close();
    await removeFolder(base);
  }, 120_000);

  /** A repository that tracks the project, and the user's own things in and around it. */
  function prepare(root: string): void {
    const place = join(root, '..');
    const git = (...args: string[]) =>
      execFileSync('git', args, { cwd: root, stdio: 'ignore', env: { PATH: process.env.PATH } });
    git('init', '-q', '-b', CANARY.branch);
    git('remote', 'add', 'origin', `git@${CANARY.remote}.example.org:${CANARY.user}/home.git`);
    git('config', 'user.email', CANARY.email);
    git('add', '.');
    writeFileSync(join(root, '.env'), `HOST_DOMAIN=${CANARY.domain}\nX=${CANARY.token}\n`);
    writeFileSync(join(place, CANARY.file), CANARY.message);
  }

  for (const [index, scenario] of SCENARIOS.entries()) {
    const skipped = reasonToSkip(scenario);
    it.skipIf(skipped)(`${scenario.name}: ${scenario.run}${skipped}`, async () => {
      const place = join(base, `${CANARY.user}.${index}`);
      mkdirSync(place);
      const env = {
        ...CANARY_ENV,
        POSTHOG_API_KEY: 'phc_test',
        POSTHOG_HOST: tap.url,
        ONRAMP_ANALYTICS_TIMEOUT_MS: '10000',
      };
      const surroundings = { place, tools, installed, env, prepare, prefix: ON_A_CANARY_HOST };
      await runScenario(scenario, ON, surroundings);
      const root = join(place, scenario.folder ?? 'host');
      await shim(['flush'], { cwd: root, env });
      const events = sent(tap).filter(({ event }) => event === 'command_executed');
      const isSent = events.length > commands;
      commands = events.length;
      if (typeof scenario.untracked !== 'string') {
        expect(isSent, 'a command was sent').toBe(!scenario.untracked);
      }
      await removeFolder(place);
    });
  }

  it('sent none of them', () => {
    const names = new Set(sent(tap).map(({ properties }) => properties.command));
    expect(names).toContain(STAND_IN);
    expect(names.size, 'the project’s own commands have their names').toBeGreaterThan(20);
    expect(leaks(tap.bytes(), CANARIES)).toEqual([]);
  });
});
