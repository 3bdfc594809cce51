// Who decides: the precedence as one table, asked of the code, of `status`, and of make itself.

import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Consent, decide, type Mode } from '../src/consent/consent';
import { type Host, makeHost } from './support/host';
import { ID } from './support/project';

type Row = [
  doNotTrack: string | undefined,
  variable: string | undefined,
  stored: string | undefined,
  mode: Mode,
  decidedBy: Consent['decidedBy'],
  understood?: false,
];

const TABLE: Row[] = [
  // Nobody decided.
  [undefined, undefined, undefined, 'off', 'default'],
  ['', '', '', 'off', 'default'],
  ['0', '', '', 'off', 'default'],
  // The state file.
  [undefined, undefined, '1', 'on', 'ANALYTICS_ENABLED'],
  [undefined, undefined, 'true', 'on', 'ANALYTICS_ENABLED'],
  [undefined, undefined, 'yes', 'on', 'ANALYTICS_ENABLED'],
  [undefined, undefined, 'on', 'on', 'ANALYTICS_ENABLED'],
  [undefined, undefined, '"1"', 'on', 'ANALYTICS_ENABLED'],
  [undefined, undefined, "'local'", 'local', 'ANALYTICS_ENABLED'],
  [undefined, undefined, '1 # a comment', 'on', 'ANALYTICS_ENABLED'],
  [undefined, undefined, 'local', 'local', 'ANALYTICS_ENABLED'],
  [undefined, undefined, '0', 'off', 'ANALYTICS_ENABLED'],
  [undefined, undefined, 'no', 'off', 'ANALYTICS_ENABLED'],
  [undefined, undefined, 'maybe', 'off', 'ANALYTICS_ENABLED', false],
  [undefined, undefined, '11', 'off', 'ANALYTICS_ENABLED', false],
  // The environment is stronger, both ways.
  [undefined, '1', undefined, 'on', 'ONRAMP_ANALYTICS_ENABLED'],
  [undefined, '1', '0', 'on', 'ONRAMP_ANALYTICS_ENABLED'],
  [undefined, 'TRUE', '0', 'on', 'ONRAMP_ANALYTICS_ENABLED'],
  [undefined, ' yes ', '0', 'on', 'ONRAMP_ANALYTICS_ENABLED'],
  [undefined, 'local', '1', 'local', 'ONRAMP_ANALYTICS_ENABLED'],
  [undefined, '0', '1', 'off', 'ONRAMP_ANALYTICS_ENABLED'],
  [undefined, 'off', 'local', 'off', 'ONRAMP_ANALYTICS_ENABLED'],
  [undefined, 'maybe', '1', 'off', 'ONRAMP_ANALYTICS_ENABLED', false],
  [undefined, '2', '1', 'off', 'ONRAMP_ANALYTICS_ENABLED', false],
  // Two words, or more than a word, are none: make asks for the same.
  [undefined, '0 1', '1', 'off', 'ONRAMP_ANALYTICS_ENABLED', false],
  [undefined, '1 1', '1', 'off', 'ONRAMP_ANALYTICS_ENABLED', false],
  [undefined, undefined, 'on-hold', 'off', 'ANALYTICS_ENABLED', false],
  [undefined, '\u00a01', '1', 'off', 'ONRAMP_ANALYTICS_ENABLED', false],
  [undefined, '\t1 ', '0', 'on', 'ONRAMP_ANALYTICS_ENABLED'],
  [undefined, '', '1', 'on', 'ANALYTICS_ENABLED'],
  // DO_NOT_TRACK is stronger than everything, and only ever means off.
  ['1', '1', '1', 'off', 'DO_NOT_TRACK'],
  ['true', '1', undefined, 'off', 'DO_NOT_TRACK'],
  ['no', 'local', 'local', 'off', 'DO_NOT_TRACK'],
  ['anything', undefined, '1', 'off', 'DO_NOT_TRACK'],
  ['0', '1', '0', 'on', 'ONRAMP_ANALYTICS_ENABLED'],
  ['false', undefined, '1', 'on', 'ANALYTICS_ENABLED'],
  ['FALSE', undefined, 'local', 'local', 'ANALYTICS_ENABLED'],
  ['', undefined, '1', 'on', 'ANALYTICS_ENABLED'],
];

const show = (value: string | undefined) => (value === undefined ? 'not set' : `"${value}"`);
const named = TABLE.map(([doNotTrack, variable, stored, mode, decidedBy, understood = true]) => ({
  title: `DO_NOT_TRACK ${show(doNotTrack)}, variable ${show(variable)}, lock ${show(stored)} → ${mode}`,
  env: { DO_NOT_TRACK: doNotTrack, ONRAMP_ANALYTICS_ENABLED: variable },
  stored,
  mode,
  decidedBy,
  understood,
}));

describe('who decides, first match wins', () => {
  let host: Host;
  beforeAll(async () => {
    host = await makeHost({ files: { Makefile: 'all: ; @echo done\n' } });
  });
  afterAll(() => host.remove());

  /** The records that one make command adds: for each, whether it is a local one. */
  async function recordedByMake(env: Record<string, string | undefined>) {
    const before = host.records().length;
    const extra = { ONRAMP_ANALYTICS_SYNC: '1', ONRAMP_ANALYTICS_SENDER: 'none' };
    const made = await host.make([], { ...env, ...extra });
    expect(made).toMatchObject({ status: 0, stdout: 'done\n', stderr: '' });
    return host
      .records()
      .slice(before)
      .map((record) => record?.local ?? false);
  }

  for (const { title, env, stored, mode, decidedBy, understood } of named)
    it(title, async () => {
      const expected = mode === 'off' ? [] : [mode === 'local'];
      // Quotes and comments belong to the file; the code is asked about the value.
      const value = stored?.replace(/ #.*/, '').replace(/["']/g, '');
      expect(decide(env, value)).toEqual({ mode, decidedBy, understood });

      const lock = stored === undefined ? '' : `ANALYTICS_ENABLED=${stored}\n`;
      host.write('onramp.lock', `${lock}ANALYTICS_ID=${ID}\nANALYTICS_NOTICE_SHOWN=1\n`);
      // make reads a lock that was edited by hand, and what the shim mirrors of it for later.
      rmSync(join(host.root, '.git/onramp-analytics'), { recursive: true, force: true });
      expect(await recordedByMake(env)).toEqual(expected);
      const { status, stdout } = await host.shim(['status', '--json'], env);
      expect(status).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({ mode, decided_by: decidedBy, understood });
      expect(await recordedByMake(env)).toEqual(expected);
    });

  it('takes no longer for a long value', () => {
    const startMs = performance.now();
    const value = `${' '.repeat(100_000)}1${' '.repeat(100_000)}`;
    expect(decide({ ONRAMP_ANALYTICS_ENABLED: value }, undefined).mode).toBe('on');
    expect(decide({ DO_NOT_TRACK: `0${' '.repeat(100_000)}x` }, '1').mode).toBe('off');
    expect(performance.now() - startMs).toBeLessThan(500);
  });

  it('says that a value is not understood, without repeating it', async () => {
    const { status, stdout } = await host.shim(['status'], { ONRAMP_ANALYTICS_ENABLED: 'maybe' });
    expect(status).toBe(0);
    expect(stdout).toMatch(/Analytics: +off/);
    expect(stdout).toContain('ONRAMP_ANALYTICS_ENABLED in the environment');
    expect(stdout.replace(/\s+/g, ' ')).toContain('not understood');
    expect(stdout).not.toContain('maybe');
  });
});
