// `make demo`: the homelab example, tracked, against a collector on this machine. Nothing leaves it.

import { spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startCollector } from './collector.mjs';

const repository = join(import.meta.dirname, '..');
const work = mkdtempSync(join(tmpdir(), 'onramp-demo-'));
const home = join(work, 'homelab');
const shim = join(repository, 'bin/onramp-analytics');
const collector = await startCollector(join(work, 'collector'));

const env = {
  PATH: process.env.PATH,
  HOME: process.env.HOME,
  POSTHOG_API_KEY: collector.projectToken,
  POSTHOG_HOST: collector.url,
  // For the demo, every command waits until its events have arrived. Usually nothing waits.
  ONRAMP_ANALYTICS_SYNC: '1',
};

const styled = process.stdout.isTTY && !process.env.NO_COLOR;
const dim = (text) => (styled ? `\u001b[2m${text}\u001b[0m` : text);
const bold = (text) => (styled ? `\u001b[1m${text}\u001b[0m` : text);

/** Runs a command in the homelab, with what it prints passing through. */
function run(program, ...args) {
  const shown = [program === process.execPath ? 'node' : program, ...args].join(' ');
  console.log(bold(`\n$ ${shown.replace(shim, 'bin/onramp-analytics')}`));
  return new Promise((resolve) => {
    const options = { cwd: home, env, stdio: ['ignore', 'inherit', 'inherit'] };
    spawn(program, args, options).on('close', resolve);
  });
}

let total = 0;
/** Runs make, then shows the events that arrived at the collector because of it. */
async function tracked(...goals) {
  await run('make', ...goals);
  const events = await collector.arrived();
  for (const { event, properties } of events) {
    const own = Object.entries(properties).filter(
      ([name]) => !/^\$|^shim_version$|^ci$/.test(name),
    );
    const text = own.map(([name, value]) => `${name}=${value}`).join(' ');
    console.log(dim(`  arrived: ${event.padEnd(18)} ${text}`));
  }
  if (events.length === 0) console.log(dim('  nothing arrived'));
  total += events.length;
}

cpSync(join(repository, 'examples/homelab'), home, { recursive: true });
console.log('A homelab that is driven with make, and a collector that speaks PostHog’s protocol:');
console.log(`  ${home}\n  ${collector.url}`);
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
await run('make', 'analytics-preview');
await run('make', 'analytics-disable');
await tracked('enable-service', 'plex');

const { totals, services, commands } = await collector.summary();
const list = (rows) => rows.map(({ name, count }) => `${name} (${count})`).join(', ');
console.log(
  `\n${total} events arrived, all of them while analytics was on. The dashboard shows:\n`,
);
console.log(`  events ${totals.events}, commands ${totals.commands}, failed ${totals.failures}`);
console.log(`  installations ${totals.installations}, active ids ${totals.active_ids}`);
console.log(`  services: ${list(services)}`);
console.log(`  commands: ${list(commands)}`);
const isWatched = process.stdin.isTTY && process.stdout.isTTY;
const isBrief = isWatched ? '' : ' (in a terminal, it stays until Ctrl-C)';
console.log(
  `\nThe dashboard: ${collector.url}${isBrief}\nThe admin token: ${collector.adminToken}`,
);

async function end() {
  await collector.stop();
  rmSync(work, { recursive: true, force: true });
  process.exit();
}
if (isWatched) {
  console.log('\nCtrl-C stops the collector and removes everything.');
  process.on('SIGINT', end);
  setInterval(() => {}, 60_000);
} else {
  await end();
}
