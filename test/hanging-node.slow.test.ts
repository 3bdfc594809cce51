// A `node` that hangs, as a wrapper of a version manager may: no command of make is held by it for good,
// and after the first one none is.

import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { type Host, makeHost } from './support/host';
import { processesIn, until } from './support/processes';
import { lockOf } from './support/project';
import { type Tools, toolsWithout } from './support/tools';

/** What make/track gives Node: five seconds for the notice, ten and the deadline in CI. */
const GIVEN_MS = { notice: 5_000, ci: 11_000 } as const;
/** For a machine that is busy. */
const MARGIN_MS = 8_000;

let host: Host;
let tools: Tools;
afterEach(() => {
  // The detached one, which nobody waits for, and what it has started.
  for (const { command, pid } of processesIn(host.root)) {
    if (command.includes('sleep')) process.kill(pid, 'SIGKILL');
  }
  tools.remove();
  host.remove();
});

describe.each([
  { what: 'the notice', env: { ONRAMP_ANALYTICS_ENABLED: '1' }, givenMs: GIVEN_MS.notice },
  {
    what: 'the notice in CI',
    env: { ONRAMP_ANALYTICS_ENABLED: '1', CI: '1' },
    givenMs: GIVEN_MS.notice,
  },
  { what: 'the delivery in CI', env: { CI: '1' }, givenMs: GIVEN_MS.ci },
])('$what', ({ env, givenMs }) => {
  it('is waited for so long, and the next command does not wait', async () => {
    host = await makeHost({ files: { Makefile: 'all: ; @echo done\n' } });
    if (!('ONRAMP_ANALYTICS_ENABLED' in env)) host.write('onramp.lock', lockOf('1'));
    // Its own process hangs, with what it inherited.
    tools = toolsWithout([], { node: 'sleep 300; true' });
    const command = () => host.make([], { ...env, PATH: tools.path });
    const done = { status: 0, stdout: 'done\n', stderr: '' };
    const first = await command();
    expect(first).toMatchObject(done);
    expect(first.wallMs).toBeLessThan(givenMs + MARGIN_MS);
    const second = await command();
    expect(second).toMatchObject(done);
    expect(second.wallMs).toBeLessThan(4_000);
  });
});

it('the collector that nobody waits for is ended by a command that comes later', async () => {
  host = await makeHost({ files: { Makefile: 'all: ; @echo done\n' } });
  host.write('onramp.lock', lockOf('1'));
  tools = toolsWithout([], { node: 'sleep 300; true' });
  const command = () => host.make([], { PATH: tools.path });
  const done = { status: 0, stdout: 'done\n', stderr: '' };
  expect(await command()).toMatchObject(done);
  const [hanging] = await until(10_000, () => {
    const found = processesIn(host.root).filter((each) => each.command.includes('--detached'));
    return found.length > 0 && found;
  });
  const beganMs = performance.now();
  const isThere = () => processesIn(host.root).some(({ pid }) => pid === hanging!.pid);
  while (isThere() && performance.now() - beganMs < 150_000) {
    expect(await command()).toMatchObject(done);
    await sleep(1_000);
  }
  expect(isThere()).toBe(false);
  expect(performance.now() - beganMs).toBeGreaterThan(60_000); // A slow one is left alone.
}, 200_000);
