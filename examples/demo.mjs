// `make demo`: the homelab example, tracked, against a receiver on this machine. Nothing leaves it.

import { spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startReceiver } from './receiver.mjs';

const repository = join(import.meta.dirname, '..');
const work = mkdtempSync(join(tmpdir(), 'onramp-demo-'));
const home = join(work, 'homelab');
const shim = join(repository, 'bin/onramp-analytics');
const receiver = await startReceiver();

const env = {
  PATH: process.env.PATH,
  HOME: process.env.HOME,
  POSTHOG_API_KEY: 'phc_demo',
  POSTHOG_HOST: receiver.url,
  // For the demo, every command waits until its events have arrived. Usually nothing waits.
  ONRAMP_ANALYTICS_SYNC: '1',
};

const dim = (text) =>
  process.stdout.isTTY && !process.env.NO_COLOR ? `\u001b[2m${text}\u001b[0m` : text;
const bold = (text) =>
  process.stdout.isTTY && !process.env.NO_COLOR ? `\u001b[1m${text}\u001b[0m` : text;

/** Runs a command in the homelab, with what it prints passing through. */
function run(program, ...args) {
  const shown = [program === process.execPath ? 'node' : program, ...args].join(' ');
  console.log(bold(`\n$ ${shown.replace(shim, 'bin/onramp-analytics')}`));
  return new Promise((resolve) => {
    spawn(program, args, { cwd: home, env, stdio: ['ignore', 'inherit', 'inherit'] }).on(
      'close',
      resolve,
    );
  });
}

function show(requests) {
  const events = requests.flatMap(({ body }) => JSON.parse(body).batch);
  for (const { event, properties } of events) {
    const own = Object.entries(properties).filter(
      ([name]) => !/^\$|^shim_version$|^ci$/.test(name),
    );
    const text = own.map(([name, value]) => `${name}=${value}`).join(' ');
    console.log(dim(`  arrived: ${event.padEnd(18)} ${text}`));
  }
  if (events.length === 0) console.log(dim('  nothing arrived'));
  return events.length;
}

let last;
let total = 0;
async function tracked(...goals) {
  await run('make', ...goals);
  const requests = receiver.take();
  last = requests.at(-1) ?? last;
  total += show(requests);
}

cpSync(join(repository, 'examples/homelab'), home, { recursive: true });
console.log('A homelab that is driven with make, and a receiver that speaks PostHog’s protocol:');
console.log(`  ${home}\n  ${receiver.url}`);
if (spawnSync('git', ['init', '-q', '.'], { cwd: home }).status !== 0) {
  console.log('There is no git here, so the project declares no names: they arrive as `custom`.');
}
await run(process.execPath, shim, 'init', '.');
spawnSync('git', ['add', '-A'], { cwd: home });

await tracked('list-services');
await tracked('analytics-enable');
await tracked('enable-service', 'adguard');
await tracked('start-service', 'my-own-service');
await tracked('enable-override', 'plex-nfs');
await tracked('check');
await run('make', 'analytics-status');

console.log('\nEvery byte of the last request that arrived:\n');
console.log(`${last.method} ${last.url}`);
for (const [name, value] of Object.entries(last.headers)) console.log(`${name}: ${value}`);
console.log(`\n${JSON.stringify(JSON.parse(last.body), null, 2)}`);

await run('make', 'analytics-disable');
receiver.take();
await tracked('enable-service', 'plex');

console.log(`\n${total} events arrived, all of them while analytics was on.`);
receiver.close();
rmSync(work, { recursive: true, force: true });
