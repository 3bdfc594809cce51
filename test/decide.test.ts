// make, sh and the bundle decide alike whether analytics is on: for any environment and any onramp.lock.

import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decide } from '../src/consent/consent';
import { projectAt } from '../src/project/project';
import { readState } from '../src/state/state';
import { type Host, makeHost } from './support/host';
import { make } from './support/run';

/** What make decided, said while it reads the makefiles. */
const SAY =
  'analytics.dropin := 1\ninclude .onramp/analytics.mk\n$(info mode=[$(analytics.mode)] local=[$(analytics.local)])\n';

let host: Host;
beforeAll(async () => {
  host = await makeHost({ files: { Makefile: 'all: ; @:\n' } });
  host.write('say.mk', `${SAY}.PHONY: all\nall: ;\n`);
});
afterAll(() => host.remove());

async function byMake(env: Record<string, string>): Promise<string> {
  const { stdout, stderr } = await make(['-s', '-f', 'say.mk', '-n'], { cwd: host.root, env });
  const [, mode, local] = /mode=\[(.*)\] local=\[(.*)\]/.exec(stdout) ?? [stderr];
  if (mode === undefined) return `make failed: ${stderr}`;
  return mode === '' ? 'off' : local ? 'local' : 'on';
}

function byShim(env: Record<string, string>): string {
  try {
    return decide(env, readState(projectAt(host.root)).enabled).mode;
  } catch {
    return 'off'; // Unreadable: tracking is quiet.
  }
}

async function agree(lock: string | Buffer, env: Record<string, string> = {}): Promise<string> {
  writeFileSync(join(host.root, 'onramp.lock'), lock);
  const decided = byShim(env);
  expect(await byMake(env), `${JSON.stringify(String(lock))} ${JSON.stringify(env)}`).toBe(decided);
  return decided;
}

describe('make and the shim', () => {
  it.each<[string, string]>([
    ['', 'off'],
    ['ANALYTICS_ENABLED=1\n', 'on'],
    ['ANALYTICS_ENABLED=1', 'on'],
    ['ANALYTICS_ENABLED="on"  # why\n', 'on'],
    ["ANALYTICS_ENABLED='LOCAL'\t# why\n", 'local'],
    ['ANALYTICS_ENABLED=1\r\n', 'on'],
    ['\ufeffANALYTICS_ENABLED=yes\n', 'on'],
    ['ANALYTICS_ENABLED=1\nANALYTICS_ENABLED=0\n', 'off'],
    ['ANALYTICS_ENABLED=0\nANALYTICS_ENABLED=true\n', 'on'],
    ['ANALYTICS_ENABLED=1\nANALYTICS_ENABLED=\n', 'off'],
    ['# ANALYTICS_ENABLED=1\n', 'off'],
    ['ANALYTICS_ENABLED=on-hold\n', 'off'],
    ['ANALYTICS_ENABLED=0 1\n', 'off'],
    ['ANALYTICS_ENABLED=1 1\n', 'off'],
    ['ANALYTICS_ENABLED= 1\n', 'off'],
    ['ANALYTICS_ENABLED = 1\n', 'off'],
    [' ANALYTICS_ENABLED=1\n', 'off'],
    ['export ANALYTICS_ENABLED=1\n', 'off'],
    ['ANALYTICS_ENABLED=" 1 "\n', 'off'],
    ['ANALYTICS_ENABLED=1#x\n', 'off'],
    ['ANALYTICS_ENABLED=# x\n', 'off'],
    ['KEY = value\nANALYTICS_ENABLED=1\n', 'on'],
    ['a line of prose\nANALYTICS_ENABLED=1\n$(shell touch evaluated)\n', 'on'],
    ['ANALYTICS_ENABLED=$(shell touch evaluated)1\n', 'off'],
    ['ANALYTICS_ENABLED=`touch evaluated`\n', 'off'],
    ['ANALYTICS_ENABLED=0\nFOO=a\rANALYTICS_ENABLED=1\n', 'off'],
    ['ANALYTICS_ENABLED=1\nFOO=a\vb\fc\n', 'on'],
    ['ANALYTICS_ENABLED=0\n\ufeffANALYTICS_ENABLED=1\n', 'off'],
    ['A=b\r\nANALYTICS_ENABLED=local\r\nC=d\r\n', 'local'],
  ])('take %j for %s', async (lock, mode) => {
    expect(await agree(lock)).toBe(mode);
    expect(existsSync(join(host.root, 'evaluated'))).toBe(false);
  });

  it('find it behind half a megabyte of other lines', async () => {
    expect(await agree(`${'y\n'.repeat(250_000)}ANALYTICS_ENABLED=1\n`)).toBe('on');
  });

  const lock = 'ANALYTICS_ENABLED=1\n';
  it.each<[Record<string, string>, string]>([
    [{ DO_NOT_TRACK: '1' }, 'off'],
    [{ DO_NOT_TRACK: '0' }, 'on'],
    [{ DO_NOT_TRACK: '0 0' }, 'off'],
    [{ DO_NOT_TRACK: ' ' }, 'on'],
    [{ DO_NOT_TRACK: 'FALSE' }, 'on'],
    [{ DO_NOT_TRACK: 'fALSE' }, 'off'],
    [{ ONRAMP_ANALYTICS_ENABLED: '0 1' }, 'off'],
    [{ ONRAMP_ANALYTICS_ENABLED: '1 0' }, 'off'],
    [{ ONRAMP_ANALYTICS_ENABLED: ' local\n' }, 'local'],
    [{ ONRAMP_ANALYTICS_ENABLED: 'on-hold' }, 'off'],
    [{ ONRAMP_ANALYTICS_ENABLED: '' }, 'on'],
    [{ ONRAMP_ANALYTICS_ENABLED: '$(shell touch evaluated)' }, 'off'],
  ])('take %j for %s', async (env, mode) => {
    expect(await agree(lock, env)).toBe(mode);
    expect(existsSync(join(host.root, 'evaluated'))).toBe(false);
  });

  it('agree on whatever is in the file and in the environment', async () => {
    const piece = fc.constantFrom(
      'ANALYTICS_ENABLED=',
      'ANALYTICS_ENABLED',
      '=',
      '1',
      '0',
      'on',
      'local',
      'Local',
      'true',
      '"',
      "'",
      ' ',
      '\t',
      '#',
      ' #',
      '\n',
      '\n',
      '\r\n',
      '\r',
      '\v',
      '$',
      '(',
      ')',
      '%',
      '\\',
      ':',
      'X=1',
      'é',
      ',',
    );
    const text = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(''));
    const value = fc.option(
      fc.constantFrom(
        '1',
        '0',
        ' 1',
        'on ',
        'LOCAL',
        '0 1',
        'x',
        'no',
        '$(info x)',
        '%',
        '1 1',
        '',
      ),
      { nil: undefined },
    );
    await fc.assert(
      fc.asyncProperty(text, value, value, async (lock, dnt, enabled) => {
        const env = {
          ...(dnt !== undefined && { DO_NOT_TRACK: dnt }),
          ...(enabled !== undefined && { ONRAMP_ANALYTICS_ENABLED: enabled }),
        };
        await agree(lock, env);
      }),
      { numRuns: 300, seed: 20_261_128 },
    );
  }, 60_000);
});
