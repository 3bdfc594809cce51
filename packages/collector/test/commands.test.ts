// The command line: every command says what it does, and every mistake what to do about it.

import {
  closeSync,
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ADMIN, batchOf, command, event, makeFolder, startCollector } from './support/collector';

let folder: ReturnType<typeof makeFolder>;
beforeEach(() => {
  folder = makeFolder();
});
afterEach(() => folder.remove());

/** The names of the commands in a help text. */
const namesIn = (help: string) =>
  [...help.matchAll(/^ {2}([a-z]+) {2}/gm)].map(([, name]) => name!);

describe('import', () => {
  it('loads what export wrote: into an empty store all of it, once, and says what was left out', async () => {
    const sent = [
      ...Array.from({ length: 600 }, () =>
        event({ properties: { command: 'up', plan: 'a', n: 1.5 } }),
      ),
      event({ event: ' spaced', properties: { $os: 'Linux', deep: { a: [null, '"', '\u2028'] } } }),
    ];
    const from = await startCollector({}, { folder: join(folder.path, 'from') });
    for (let at = 0; at < sent.length; at += 300)
      await from.post('/batch/', batchOf(...sent.slice(at, at + 300)));
    const before = await from.events();
    await from.stop();
    const exported = (await command(['export'], from.folder)).stdout;
    const old = JSON.stringify({ ...event(), timestamp: '2001-01-01T00:00:00Z' });
    const file = join(folder.path, 'events.ndjson');
    writeFileSync(file, `${exported}${old}\n`);

    const place = join(folder.path, 'to');
    await (await startCollector({}, { folder: place })).stop();
    const first = await command(['import', file], place);
    expect(first).toMatchObject({ status: 0, stderr: '' });
    expect(first.stdout).toContain('601 events loaded, 0 were there already');
    expect(first.stdout).toContain('1 were left out: older_than_retention');
    expect((await command(['import', file], place)).stdout).toContain(
      '0 events loaded, 601 were there',
    );
    // A line that is no event: what stands before it is there, and it is said which line it is.
    const torn = join(folder.path, 'torn.ndjson');
    writeFileSync(torn, `${JSON.stringify(event())}\n{"uuid":\n`);
    const failed = await command(['import', torn], place);
    expect(failed).toMatchObject({ status: 1, stdout: '' });
    expect(failed.stderr).toContain('line 2 of');

    const to = await startCollector({}, { folder: place });
    const after = await to.events();
    const byUuid = (a: { uuid: string }, b: { uuid: string }) => (a.uuid < b.uuid ? -1 : 1);
    expect(after.sort(byUuid).slice(0, before.length)).toEqual(before.sort(byUuid));
    expect(after).toHaveLength(before.length + 1);
    await to.stop();
  }, 90_000);
});

describe('--help', () => {
  it.each([80, 40])(
    'of every command fits into %d columns, says what its words mean, and has an example',
    async (columns) => {
      const seen: string[] = [];
      const look = async (words: string[]) => {
        const env = { COLUMNS: String(columns) };
        const { status, stdout, stderr } = await command([...words, '--help'], folder.path, env);
        const name = words.join(' ');
        expect({ status, stderr }, name).toEqual({ status: 0, stderr: '' });
        expect(
          stdout.split('\n').filter((line) => line.length > columns),
          name,
        ).toEqual([]);
        expect(stdout, name).toContain(`Usage: ${['collector', ...words].join(' ')}`);
        expect(stdout, name).toContain(`Examples:\n  ${['collector', ...words].join(' ')}`);
        const [usage] = /^Usage: [\s\S]*?\n\n/m.exec(stdout)!;
        for (const [option] of usage.matchAll(/--[a-z]+|\b(?!COMMAND)[A-Z]{4,}\b/g)) {
          expect(
            stdout.slice(stdout.indexOf(usage) + usage.length),
            `${name}: ${option}`,
          ).toContain(option);
        }
        seen.push(name);
        if (/COMMAND/.test(usage)) for (const each of namesIn(stdout)) await look([...words, each]);
      };
      await look([]);
      expect(seen).toEqual(expect.arrayContaining(['serve', 'check', 'backup', 'archive verify']));
    },
    60_000,
  );
});

describe('a mistake', () => {
  it.each<[string, string[], string]>([
    ['no such command', ['sevre'], 'there is no command `collector sevre`'],
    [
      'no such command of a command',
      ['archive', 'verfy'],
      'there is no command `collector archive verfy`',
    ],
    ['no such option', ['export', '--fromm', '2026-01-01'], 'there is no option --fromm'],
    ['an option without a value', ['export', '--project'], '--project needs a value'],
    ['an option that is missing', ['forward', '--to', 'https://x.example'], '--key is missing'],
    ['a word that is missing', ['restore'], 'FILE is missing'],
    ['a word too many', ['backup', 'a', 'b'], 'b is one word too many'],
    ['nothing to do', ['archive'], 'which command?'],
  ])('in the arguments (%s) changes nothing, and names the help', async (_name, args, words) => {
    const { status, stdout, stderr } = await command(args, folder.path);
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toContain(`collector: ${words}`);
    expect(stderr).toContain('--help` says what there is');
    expect(readdirSync(folder.path)).toEqual([]);
  });

  it('in what is given to read is told from a success, and changes nothing', async () => {
    const collector = await startCollector({}, { folder: folder.path });
    await collector.post('/batch/', batchOf(event()));
    await collector.stop();
    const { stdout: ndjson } = await command(['export'], folder.path);
    const file = join(folder.path, 'events.ndjson');
    writeFileSync(file, ndjson);
    const wrong = join(folder.path, 'events.csv');
    writeFileSync(wrong, (await command(['export', '--format', 'csv'], folder.path)).stdout);
    const names = () => readdirSync(folder.path).filter((name) => !/-(wal|shm)$/.test(name));
    const before = names();
    for (const [args, words] of [
      [['import', wrong], 'this is CSV'],
      [['import', file, '--project', 'none'], 'there is no project none'],
      [['archive', 'verify', file], 'is a file, and an archive is a folder'],
      [['import', folder.path, '--project', 'default'], '--project is for a file'],
      [['import', folder.path], 'import takes the folder of COLLECTOR_ARCHIVE'],
      [['restore', folder.path], 'is no file, so it is no backup'],
      [
        ['export', '--from', '2026-02-01', '--to', '2026-01-31'],
        '--from 2026-02-01 is after --to 2026-01-31',
      ],
    ] as const) {
      const { status, stdout, stderr } = await command([...args], folder.path);
      expect({ status, stdout }, stderr).toEqual({ status: 1, stdout: '' });
      expect(stderr).toContain(words);
      expect(stderr).not.toMatch(/\n\s+at |\bE[A-Z]{4,}\b/);
    }
    expect(names()).toEqual(before);
  });

  it('in the settings says what was given and what is possible; of a token, nothing', async () => {
    const { status, stderr } = await command(['serve'], folder.path, {
      COLLECTOR_PORT: '99999',
      COLLECTOR_ADMIN_TOKEN: 'short-secret',
      COLLECTOR_PROT: '1',
      COLLECTOR_PROJECT: ' ',
    });
    expect(status).toBe(1);
    expect(stderr).toContain('COLLECTOR_PORT: use a whole number from 0 to 65535, not: 99999');
    expect(stderr).toContain('COLLECTOR_PROT: there is no such setting');
    expect(stderr).toContain('COLLECTOR_PROJECT: use up to 64 letters');
    expect(stderr).toContain('COLLECTOR_ADMIN_TOKEN: use 16 to 128');
    expect(stderr).not.toContain('short-secret');
  });

  it.each([
    ['backup', 'x.db'],
    ['export'],
    ['check'],
    ['forward', '--to', 'https://x.example', '--key', 'k'],
  ])('%s in a folder without a database says which folder, and makes none', async (...args) => {
    const missing = join(folder.path, 'nowhere');
    const { status, stderr } = await command(args, missing);
    expect(status).toBe(1);
    expect(stderr).toContain(`there is no database in ${missing}`);
    expect(stderr).toContain('Set COLLECTOR_DATA');
    expect(readdirSync(folder.path)).toEqual([]);
  });
});

/** A data folder with some events in it. */
async function fill(): Promise<void> {
  const collector = await startCollector({}, { folder: folder.path });
  const pad = () => event({ properties: { pad: 'x'.repeat(5_000) } });
  for (let n = 0; n < 4; n++) {
    const batch = batchOf(...Array.from({ length: 50 }, pad));
    expect((await collector.post('/batch/', batch)).status).toBe(200);
  }
  await collector.stop();
}

/** Spoils a page in the middle of a database. */
function damage(file: string): void {
  const fd = openSync(file, 'r+');
  // Some pages are free, and nobody misses what is in them.
  const pages = 20;
  const middle = Math.floor(statSync(file).size / 8192) * 4096;
  writeSync(fd, Buffer.alloc(pages * 4096, 0xa5), 0, pages * 4096, middle);
  closeSync(fd);
}

describe('backup', () => {
  it('makes a file that is whole, remembers when, and leaves nothing else', async () => {
    await fill();
    const file = join(folder.path, 'copy.db');
    expect(await command(['backup', file], folder.path)).toMatchObject({ status: 0, stderr: '' });
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder.path).filter((name) => name.includes('partial'))).toEqual([]);
    const { at } = JSON.parse(readFileSync(join(folder.path, 'last-backup.json'), 'utf8'));
    expect(Date.parse(at)).toBeGreaterThan(Date.now() - 60_000);
    const other = makeFolder();
    expect((await command(['restore', file], other.path)).status).toBe(0);
    expect(await command(['check'], other.path)).toMatchObject({ status: 0 });
    other.remove();
  });

  it('replaces no file', async () => {
    await fill();
    const file = join(folder.path, 'copy.db');
    writeFileSync(file, 'mine');
    const { status, stderr } = await command(['backup', file], folder.path);
    expect(status).toBe(1);
    expect(stderr).toContain(`${file} exists; it is not overwritten`);
    expect(readFileSync(file, 'utf8')).toBe('mine');
  });

  it('of a damaged database is none, says so, and is not remembered as one', async () => {
    await fill();
    damage(join(folder.path, 'collector.db'));
    const file = join(folder.path, 'copy.db');
    const { status, stderr } = await command(['backup', file], folder.path);
    expect(status).toBe(1);
    expect(stderr).toContain('no backup was made');
    expect(readdirSync(folder.path)).not.toContain('copy.db');
    expect(readdirSync(folder.path)).not.toContain('last-backup.json');
    expect(readdirSync(folder.path).filter((name) => name.includes('partial'))).toEqual([]);
  });
});

describe('check', () => {
  it('and backup take an empty file for what it is', async () => {
    const collector = await startCollector({}, { folder: folder.path });
    await collector.stop();
    truncateSync(join(folder.path, 'collector.db'));
    const { status, stdout } = await command(['check'], folder.path);
    expect({ status, stdout }).toEqual({
      status: 1,
      stdout: 'the file is empty: there is no table in it\n',
    });
    const copy = join(folder.path, 'copy.db');
    expect((await command(['backup', copy], folder.path)).status).toBe(1);
    expect(existsSync(copy)).toBe(false);
  });

  it('says that the database is whole, beside a running collector', async () => {
    const collector = await startCollector({}, { folder: folder.path });
    await collector.post('/batch/', batchOf(event()));
    for (const args of [['check'], ['check', '--quick']]) {
      expect(await command(args, folder.path)).toMatchObject({
        status: 0,
        stdout: 'the database is whole\n',
      });
    }
    await collector.stop();
  });

  it('of a damaged one says what is damaged and what to do, without a stack', async () => {
    await fill();
    damage(join(folder.path, 'collector.db'));
    const { status, stdout, stderr } = await command(['check'], folder.path);
    expect(status).toBe(1);
    expect(stdout).not.toBe('');
    expect(stderr).toContain('collector restore FILE');
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(stderr).not.toContain(ADMIN);
  });
});
