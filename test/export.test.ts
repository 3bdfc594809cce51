// export: complete, in one order of columns, safe to open in a spreadsheet, whole or not there.

import {
  appendFileSync,
  chmodSync,
  existsSync,
  lstatSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { csvLine } from '../packages/schema/src/csv';
import { COMMON, EVENTS } from '../src/catalogue/catalogue';
import { COLUMNS } from '../src/export/columns';
import { type Host, makeHost } from './support/host';
import { recordOf, uuidOf, WHY, writeJournal } from './support/journal';
import { BUNDLE, run } from './support/run';

/** Reads CSV as RFC 4180 has it. */
function parseCsv(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let field = '';
  let isQuoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const letter = text[at]!;
    if (isQuoted) {
      if (letter !== '"') field += letter;
      else if (text[at + 1] === '"') {
        field += '"';
        at += 1;
      } else isQuoted = false;
    } else if (letter === '"') isQuoted = true;
    else if (letter === ',') {
      row.push(field);
      field = '';
    } else if (letter === '\r' && text[at + 1] === '\n') {
      rows.push([...row, field]);
      row = [];
      field = '';
      at += 1;
    } else field += letter;
  }
  return rows;
}

describe('export', () => {
  let host: Host;

  beforeEach(async () => {
    host = await makeHost();
    writeJournal(host.root, { delivered: 120, dropped: 1, local: 20, waiting: 30 });
  });
  afterEach(() => host.remove());

  const exported = async (...args: string[]) => {
    const { stdout, stderr, status } = await host.shim(['export', ...args]);
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
    return stdout;
  };

  it('gives the same rows in every format, complete and in order', async () => {
    const json = JSON.parse(await exported('--format', 'json')) as Record<string, unknown>[];
    const ndjson = (await exported('--format', 'ndjson')).trimEnd().split('\n');
    const csv = parseCsv(await exported('--format=csv'));
    const written = host.records().filter((record) => record && 'event' in record);
    expect(json.map(({ uuid }) => uuid)).toEqual(written.map((record) => record!.uuid));
    expect(ndjson.map((line) => JSON.parse(line))).toEqual(json);
    expect(csv[0]).toEqual(COLUMNS);
    const texts = json.map((row) => Object.values(row).map((value) => String(value ?? '')));
    expect(csv.slice(1)).toEqual(texts);
    for (const row of json) expect(Object.keys(row)).toEqual(COLUMNS);
  });

  it('has a column for every property of the catalogue', () => {
    const own = Object.values(EVENTS).flatMap(({ properties }) => Object.keys(properties));
    for (const name of [...own, ...Object.keys(COMMON)]) expect(COLUMNS).toContain(name);
  });

  it('keeps the documented order of columns', () => {
    const documented = readFileSync(join(import.meta.dirname, '../docs/record.md'), 'utf8');
    const rows = [...documented.matchAll(/^\| `(\w+)` +\|.*\|$/gm)].map(([, name]) => name);
    expect(rows).toEqual(COLUMNS);
  });

  it('says what became of each', async () => {
    const rows = JSON.parse(await exported()) as Record<string, unknown>[];
    const shown = (index: number) => {
      const { outcome, outcome_at, outcome_reason } = rows[index]!;
      return { outcome, outcome_at, outcome_reason };
    };
    const at = expect.stringMatching(/^\d{4}-.*Z$/);
    expect(shown(0)).toEqual({ outcome: 'delivered', outcome_at: at, outcome_reason: null });
    expect(shown(120)).toEqual({ outcome: 'dropped', outcome_at: at, outcome_reason: WHY });
    expect(shown(121)).toEqual({ outcome: 'local', outcome_at: null, outcome_reason: null });
    expect(shown(170)).toEqual({ outcome: 'waiting', outcome_at: null, outcome_reason: null });
  });

  it('leaves nothing out: what the catalogue does not know is in `properties`', async () => {
    const record = recordOf(6, Date.now());
    const properties = { ...(record.properties as object), added: 1, odd: 'y' };
    appendFileSync(
      host.journal,
      `${JSON.stringify({ ...record, uuid: uuidOf(999_999), properties })}\n`,
    );
    const rows = JSON.parse(await exported()) as Record<string, unknown>[];
    expect(rows.at(-1)!.properties).toEqual({ added: 1, odd: 'y' });
  });

  it('never gives a spreadsheet a formula', () => {
    const start = fc.constantFrom('=', '+', '-', '@', '\t', '\r', '＝', ' =', '"=', '\n+');
    fc.assert(
      fc.property(start, fc.string(), fc.string(), (first, rest, other) => {
        const line = csvLine([first + rest, other]);
        const [fields] = parseCsv(line);
        expect(fields![0]).toBe(`'${first}${rest}`);
        expect(fields).toHaveLength(2);
        expect([other, `'${other}`]).toContain(fields![1]);
        expect(/^[=+\-@\t\r]/.test(fields![1]!)).toBe(false);
      }),
    );
  });

  it('defuses a formula that somebody put into the journal', async () => {
    const record = recordOf(6, Date.now());
    const properties = { service_name: '=HYPERLINK("http://x","y")' };
    writeFileSync(host.journal, `${JSON.stringify({ ...record, properties })}\n`);
    const [, row] = parseCsv(await exported('--format', 'csv'));
    expect(row![COLUMNS.indexOf('service_name')]).toBe('\'=HYPERLINK("http://x","y")');
  });

  it('writes a file in the format that its name says, and nothing else beside it', async () => {
    const before = readdirSync(host.root).sort();
    const { status, stdout, stderr } = await host.shim(['export', '--output', 'all.csv']);
    expect({ status, stdout }).toEqual({ status: 0, stdout: '' });
    expect(stderr).toContain('171 event(s) written to all.csv');
    expect(parseCsv(host.read('all.csv'))).toHaveLength(172);
    expect(readdirSync(host.root).sort()).toEqual([...before, 'all.csv'].sort());
  });

  it('replaces a file only by a whole one', async () => {
    host.write('all.json', 'before');
    const { status, stderr } = await host.shim(['export', '--output', 'missing/all.json']);
    expect(status).toBe(1);
    expect(stderr).toContain('does not exist');
    await host.shim(['export', '--output', 'all.json']);
    expect(JSON.parse(host.read('all.json'))).toHaveLength(171);
  });

  it('leaves a file its mode, and a link a link', async () => {
    host.write('mine.json', 'before');
    chmodSync(join(host.root, 'mine.json'), 0o600);
    symlinkSync('mine.json', join(host.root, 'link.json'));
    await host.shim(['export', '--output', 'link.json']);
    expect(lstatSync(join(host.root, 'link.json')).isSymbolicLink()).toBe(true);
    expect(statSync(join(host.root, 'mine.json')).mode & 0o777).toBe(0o600);
    expect(JSON.parse(host.read('mine.json'))).toHaveLength(171);
  });

  it('takes only what is asked for', async () => {
    const rows = JSON.parse(await exported('--event', 'service_enabled')) as unknown[];
    expect(rows).toHaveLength(17);
    expect(JSON.parse(await exported('--since', '0m'))).toEqual([]);
  });

  it('counts damaged lines and goes on', async () => {
    appendFileSync(host.journal, 'damaged\n{"uuid":"cut');
    const { status, stdout, stderr } = await host.shim(['export']);
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toHaveLength(171);
    expect(stderr).toContain('2 damaged line(s)');
  });

  it('is empty, and valid, where nothing was recorded', async () => {
    const bare = await makeHost();
    expect(JSON.parse((await bare.shim(['export'])).stdout)).toEqual([]);
    expect((await bare.shim(['export', '--format', 'csv'])).stdout).toBe(
      `${COLUMNS.join(',')}\r\n`,
    );
    expect(existsSync(join(bare.root, '.git/onramp-analytics'))).toBe(false);
    bare.remove();
  });

  it('ends quietly when its reader has seen enough', async () => {
    writeJournal(host.root, { delivered: 20_000 });
    const node = process.env.TEST_NODE ?? process.execPath;
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is bash's own.
    const pipe = '"$0" "$1" export --format ndjson | head -n 1; echo "${PIPESTATUS[0]}"';
    const { stdout, stderr } = await run('bash', ['-c', pipe, node, BUNDLE], { cwd: host.root });
    expect(stderr).toBe('');
    expect(stdout.split('\n')[1]).toBe('0');
  });
});
