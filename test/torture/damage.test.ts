// Clocks that were set back, disks that are full, files that lost their end: survived.

import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { thisProcess } from '../../src/files/running';
import { type Host, makeHost } from '../support/host';
import { quiet } from '../support/processes';
import { type Server, startServer } from '../support/server';
import { chance, counted, LATER, PROJECTS, recorded, SEED, sendTo, tell } from './chaos';

const TRACK = ['track', 'service_started', 'service_name=plex'];
const YEARS_MS = 10 * 365 * 24 * 3_600_000;

let host: Host;
let server: Server;
const env = (more: Record<string, string> = {}) => sendTo(server, more);
const inRecord = (name: string) => join(host.root, '.git/onramp-analytics', name);
const readJson = (path: string) => JSON.parse(readFileSync(path, 'utf8'));

beforeEach(async () => {
  server = await startServer();
});
afterEach(async () => {
  await quiet(host.root);
  await server.close();
  host.remove();
});

async function start(): Promise<void> {
  host = await makeHost();
  await host.shim(['enable']);
}

describe('a clock that was set back', () => {
  beforeEach(start);

  it('does not make delivery pause until the time there was before', async () => {
    await host.shim(TRACK, env());
    const state = readJson(inRecord('delivery.json'));
    const paused = { ...state, failures: 9, retryAtMs: Date.now() + YEARS_MS };
    writeFileSync(inRecord('delivery.json'), JSON.stringify(paused));
    await host.shim(TRACK, env());
    expect(server.events()).toHaveLength(2);
    const { stdout } = await host.shim(['status', '--json'], env());
    expect(JSON.parse(stdout)).toMatchObject({ paused_until: null, waiting: 0 });
  });

  it('does not leave a lease to a process that took it ten years from now', async () => {
    await host.shim(TRACK, env());
    for (const name of ['journal', 'delivery', 'collect', 'state']) {
      const files = readdirSync(inRecord('leases')).filter((file) => file.startsWith(`${name}.`));
      const next = Math.max(0, ...files.map((file) => Number(file.split('.')[1]))) + 1;
      // The holder runs: it is this process.
      const holder = { ...thisProcess(), untilMs: Date.now() + YEARS_MS };
      writeFileSync(inRecord(`leases/${name}.${next}`), JSON.stringify(holder));
    }
    await host.make(['down'], env({ CI: '1' }));
    await host.shim(['reset-id'], env());
    await host.shim(TRACK, env());
    expect(server.events()).toHaveLength(3);
  });

  it('does not stop recording, nor the sending of what has a time in the future', async () => {
    await host.shim(TRACK, env(LATER));
    const future = new Date(Date.now() + YEARS_MS).toISOString();
    const text = readFileSync(host.journal, 'utf8').replace(
      /"timestamp":"[^"]*"/,
      `"timestamp":"${future}"`,
    );
    writeFileSync(host.journal, text);
    await host.shim(TRACK, env());
    await host.make(['down'], env({ CI: '1' }));
    expect(server.events().map(({ timestamp }) => timestamp === future)).toEqual([
      true,
      false,
      false,
    ]);
  });
});

describe('a project where nothing can be written', () => {
  it('sends each event once, from memory, without a word', async () => {
    host = await makeHost();
    host.write('.git/onramp-analytics', 'a file, where the folder should be');
    const on = { ONRAMP_ANALYTICS_ENABLED: '1', CI: '1' };
    const silence = { status: 0, stderr: '' };
    expect(await host.shim(TRACK, env(on))).toMatchObject({ ...silence, stdout: '' });
    // onramp.lock can be written: the notice is shown once, and remembered.
    const first = await host.make(['down'], env(on));
    expect(first).toMatchObject({ status: 0, stdout: 'stopping everything\n' });
    expect(first.stderr).toContain('Analytics is on');
    const second = await host.make(['down'], env(on));
    expect(second).toMatchObject({ ...silence, stdout: 'stopping everything\n' });
    expect(server.events().map(({ event }) => event)).toEqual([
      'service_started',
      'command_executed',
      'command_executed',
    ]);
  });
});

describe('a file that was damaged', () => {
  beforeEach(start);

  it('a journal cut off at any byte of its last line keeps the other records', async () => {
    const { between } = chance(SEED + 4_000);
    for (let i = 0; i < 3; i++) await host.shim(TRACK, env(LATER));
    const whole = readFileSync(host.journal);
    const lastLine = whole.lastIndexOf('\n', whole.length - 2) + 1;
    for (let round = 0; round < 6 * Math.min(PROJECTS, 3); round++) {
      writeFileSync(host.journal, whole);
      // Without its newline alone, the line would still be whole.
      truncateSync(host.journal, Math.floor(between(lastLine, whole.length - 1)));
      rmSync(inRecord('delivery.json'), { force: true });
      const before = server.events().length;
      expect(await host.shim(TRACK, env())).toMatchObject({ status: 0, stdout: '', stderr: '' });
      const lines = readFileSync(host.journal, 'utf8').split('\n');
      expect(
        server
          .events()
          .slice(before)
          .map(({ uuid }) => uuid),
      ).toEqual(
        [lines[0], lines[1], lines.findLast((line) => line.startsWith('{"uuid"'))].map(
          (line) => JSON.parse(line!).uuid,
        ),
      );
    }
  }, 120_000);

  it('a torn line in the middle of a character, then everything after it', async () => {
    await host.shim(TRACK, env(LATER));
    appendFileSync(host.journal, Buffer.from([0x7b, 0x22, 0xe2, 0x82]));
    await host.shim(TRACK, env());
    expect(server.events()).toHaveLength(2);
  });

  it('a journal that lost more than was delivered, or all of it, is read from its start', async () => {
    for (let i = 0; i < 3; i++) await host.shim(TRACK, env());
    const first = readFileSync(host.journal, 'utf8').split('\n')[0]!;
    truncateSync(host.journal, first.length + 1); // A power cut: the cursor was safe on disk, this was not.
    await host.shim(TRACK, env());
    rmSync(host.journal);
    await host.shim(TRACK, env());
    await host.shim(TRACK, env());
    // The first event's outcome was lost with the rest: it came twice, with its own uuid.
    expect(counted(server).size).toBe(6);
    expect(server.events()).toHaveLength(7);
  });

  it('a delivery.json that is missing, empty or nonsense sends nothing twice', async () => {
    await host.shim(TRACK, env());
    for (const text of ['', '{', '{"cursor":-4}', '{"cursor":3}', '{"cursor":1e9}', 'null', '[]']) {
      writeFileSync(inRecord('delivery.json'), text);
      await host.shim(TRACK, env());
    }
    rmSync(inRecord('delivery.json'));
    await host.shim(TRACK, env());
    expect(server.events()).toHaveLength(9);
    expect(counted(server).size).toBe(9);
  });

  it('a journal that is being cut to its age: a crash before the cursor is moved loses nothing', async () => {
    for (let i = 0; i < 2; i++) await host.shim(TRACK, env());
    await host.shim(TRACK, env(LATER));
    const old = new Date(Date.now() - 500 * 24 * 3_600_000).toISOString();
    // A journal that has gone on long enough to say what is old.
    const local = Array.from({ length: 20 }, (_, index) =>
      JSON.stringify({
        local: true,
        ...recorded(host)[0],
        uuid: `0190b000-0000-7000-8000-${String(index).padStart(12, '0')}`,
      }),
    );
    writeFileSync(host.journal, `${readFileSync(host.journal, 'utf8')}${local.join('\n')}\n`);
    const [, ...others] = readFileSync(host.journal, 'utf8').split('\n');
    const first = JSON.stringify({
      ...JSON.parse(readFileSync(host.journal, 'utf8').split('\n')[0]!),
      timestamp: old,
    });
    const text = [first, ...others].join('\n');
    // As it is after the cut, when the process is killed before it writes the cursor.
    writeFileSync(host.journal, others.join('\n'));
    rmSync(inRecord('delivery.json'));
    await host.shim(['flush'], env());
    expect(server.events()).toHaveLength(3);
    // And the whole way.
    writeFileSync(host.journal, text);
    const cursor = Buffer.byteLength(text);
    writeFileSync(inRecord('delivery.json'), JSON.stringify({ cursor }));
    await host.shim(TRACK, env());
    expect(readFileSync(host.journal, 'utf8')).not.toContain(old);
    await host.shim(TRACK, env());
    const sent = server.events().map(({ uuid }) => uuid);
    const pending = host.records().filter((record) => record?.uuid && !record.local);
    for (const record of pending) expect(sent).toContain(record!.uuid);
  });

  it('temporary files of writers that were killed do not pile up', async () => {
    const left = join(host.root, `.onramp-analytics.4242.${Date.now() - 3_600_000}.tmp`);
    writeFileSync(left, 'half');
    await host.shim(['reset-id'], env());
    expect(statSync(left, { throwIfNoEntry: false })).toBeUndefined();
  });
});

/** A disk of its own, small enough to be filled; undefined where it cannot be had. */
function smallDisk(): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'onramp-disk-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=600k', 'onramp', folder], {
      stdio: 'ignore',
    });
    return folder;
  } catch {
    rmSync(folder, { recursive: true });
    return undefined;
  }
}

describe('a disk that is full', () => {
  let disk: string | undefined;

  beforeEach(async ({ skip }) => {
    await start();
    disk = smallDisk();
    if (!disk) {
      process.stderr.write('\n!!! SKIPPED: full disks. No tmpfs can be mounted here\n\n');
      skip();
    }
  });
  afterEach(() => {
    if (disk) execFileSync('umount', [disk]);
    if (disk) rmSync(disk, { recursive: true });
  });

  const fill = (leave: number) => {
    const path = join(disk!, 'filler');
    rmSync(path, { force: true });
    const free = Number(execFileSync('stat', ['-f', '-c', '%a', disk!]));
    writeFileSync(path, Buffer.alloc(Math.max(0, free - leave) * 4096));
  };
  const empty = () => rmSync(join(disk!, 'filler'), { force: true });

  it.each([
    ['the lock turned it on: what was recorded arrives, and nothing else', {}],
    ['the environment turned it on: every command arrives', { ONRAMP_ANALYTICS_ENABLED: '1' }],
  ])('%s, once, and no command notices', async (_what, decider) => {
    // The record alone is on the small disk, as with a quota; then the lock too.
    const record = join(disk!, 'record');
    mkdirSync(record);
    execFileSync('cp', ['-a', `${inRecord('.')}/.`, record]);
    rmSync(inRecord('.').replace(/\/\.$/, ''), { recursive: true });
    execFileSync('ln', ['-s', record, join(host.root, '.git/onramp-analytics')]);
    let makes = 0;
    for (let round = 0; round < 8; round++) {
      // Room for a few blocks, then for fewer: every file meets the end of the disk in its turn.
      fill(round % 4);
      const run = await host.make(['down'], env({ ...decider, CI: '1' }));
      expect(run).toMatchObject({ status: 0, stdout: 'stopping everything\n', stderr: '' });
      const track = await host.shim(TRACK, env(decider));
      expect(track).toMatchObject({ status: 0, stdout: '', stderr: '' });
      makes += 1;
      for (const record of host.records())
        expect(record, 'a line that cannot be parsed').toBeDefined();
    }
    empty();
    await host.shim(['flush'], env());
    const kept = recorded(host).map(({ uuid }) => uuid);
    const arrived = [...counted(server).keys()];
    expect(arrived).toEqual(expect.arrayContaining(kept));
    if (!('ONRAMP_ANALYTICS_ENABLED' in decider)) expect(new Set(arrived)).toEqual(new Set(kept));
    const commands = [...counted(server).values()].filter((text) =>
      text.includes('command_executed'),
    );
    const names = commands.map((text) => JSON.parse(text).properties);
    if ('ONRAMP_ANALYTICS_ENABLED' in decider) {
      expect(commands.length, 'every command, once').toBe(makes);
    }
    for (const properties of names) {
      expect(properties).toMatchObject({ command: 'down', success: true });
    }
    tell(
      `full disk: ${makes} commands, ${commands.length} counted; ${server.events().length} events sent`,
    );
  });

  it('keeps the state file whole', async () => {
    const lock = join(disk!, 'onramp.lock');
    const text = `${'# a line of somebody else\n'.repeat(400)}ANALYTICS_ENABLED=1\n`;
    writeFileSync(lock, text);
    rmSync(host.lock);
    execFileSync('ln', ['-s', lock, host.lock]);
    for (const leave of [0, 1, 2]) {
      fill(leave);
      const { status, stderr } = await host.shim(['reset-id'], env());
      expect(status).toBe(1);
      expect(stderr).toContain('no space left');
      expect(readFileSync(lock, 'utf8')).toBe(text);
      expect(readdirSync(disk!).sort()).toEqual(['filler', 'onramp.lock']);
    }
    empty();
    expect((await host.shim(['reset-id'], env())).status).toBe(0);
    expect(readFileSync(lock, 'utf8').startsWith(text)).toBe(true);
  });
});
