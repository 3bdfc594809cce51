// make, sh and the bundle decide alike whether analytics is on: for any environment and any onramp.lock.

import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decide } from '../src/consent/consent';
import { projectAt } from '../src/project/project';
import { readState } from '../src/state/state';
import { type Host, makeHost } from './support/host';
import { ID } from './support/project';
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
    // A lock that is refused decides for off. (Where the environment decides, make does not look at it.)
    return decide(env, 'off').mode;
  }
}

async function agree(text: string | Buffer, env: Record<string, string> = {}): Promise<string> {
  const lock = Buffer.from(text);
  writeFileSync(join(host.root, 'onramp.lock'), lock);
  const decided = byShim(env);
  const what = `${JSON.stringify(lock.toString('latin1'))} ${JSON.stringify(env)}`;
  expect(await byMake(env), what).toBe(decided);
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
    ['\ufeff=1\n', 'off'],
    ['ANALYTICS_ENABLED=1\v\n', 'on'],
    ['ANALYTICS_ENABLED=1@\n', 'off'],
    ['FOO=@/@ANALYTICS_ENABLED=1\n', 'off'],
    ['ANALYTICS_ENABLED=ANALYTICS_ID=1\nANALYTICS_ENABLED=1\n', 'on'],
    // Somebody meant off, and wrote what is not read.
    ['ANALYTICS_ENABLED=1\nANALYTICS_ENABLED = 0\n', 'off'],
    ['ANALYTICS_ENABLED=1\nANALYTICS_ENABLED\t \t=0\n', 'off'],
    ['ANALYTICS_ENABLED=1\nANALYTICS_ENABLED= 0\n', 'off'],
    ['ANALYTICS_ENABLED=1\n ANALYTICS_ENABLED=0\n', 'off'],
    ['ANALYTICS_ENABLED=1\nexport ANALYTICS_ENABLED=0\n', 'off'],
    ['\t export \t ANALYTICS_ENABLED = 0\nANALYTICS_ENABLED=1\n', 'off'],
    ['ANALYTICS_ENABLED=1\nANALYTICS_NOTICE_SHOWN = 1\n', 'off'],
    ['ANALYTICS_ENABLED=1\nANALYTICS_ID =x\n', 'off'],
    // Nobody meant us.
    ['ANALYTICS_ENABLED=1\nANALYTICS_OTHER = 0\n', 'on'],
    ['ANALYTICS_ENABLED=1\nexport export ANALYTICS_ENABLED=0\n', 'on'],
    ['ANALYTICS_ENABLED=1\nANALYTICS_ ENABLED=0\n', 'on'],
    ['ANALYTICS_ENABLED=1\nsee ANALYTICS_ENABLED = 0\n', 'on'],
    ['ANALYTICS_ENABLED=1\n# ANALYTICS_ENABLED = 0\n', 'on'],
    // An id that is none is not overwritten, and without one nothing is recorded.
    ['ANALYTICS_ENABLED=1\nANALYTICS_ID=\n', 'on'],
    ['ANALYTICS_ENABLED=1\nANALYTICS_ID="" # none yet\n', 'on'],
    [`ANALYTICS_ENABLED=1\nANALYTICS_ID="${ID.toUpperCase()}"\n`, 'on'],
    [`ANALYTICS_ENABLED=1\nANALYTICS_ID=garbage\nANALYTICS_ID='${ID}' # mine\r\n`, 'on'],
    [`ANALYTICS_ENABLED=1\nANALYTICS_ID=${ID}\nANALYTICS_ID=garbage\n`, 'off'],
    ['ANALYTICS_ENABLED=1\nANALYTICS_ID=alice@example.org\n', 'off'],
    [`ANALYTICS_ENABLED=1\nANALYTICS_ID="${ID}\n`, 'off'],
    [`ANALYTICS_ENABLED=1\nANALYTICS_ID= ${ID}\n`, 'off'],
    [`ANALYTICS_ENABLED=1\nANALYTICS_ID=${ID} ${ID}\n`, 'off'],
    [`ANALYTICS_ENABLED=1\nANALYTICS_ID=${ID}0\n`, 'off'],
    [`ANALYTICS_ENABLED=1\nANALYTICS_ID=${ID.replace(/./, 'x')}\n`, 'off'],
    [`ANALYTICS_ENABLED=1\nANALYTICS_ID=${ID.replaceAll('-', '')}\n`, 'off'],
    ['A=b\r\nANALYTICS_ENABLED=local\r\nC=d\r\n', 'local'],
  ])('take %j for %s', async (lock, mode) => {
    expect(await agree(lock)).toBe(mode);
    expect(existsSync(join(host.root, 'evaluated'))).toBe(false);
  });

  it.each<[string, string]>([
    ['ANALYTICS_ENABLED=1\nNAME=Andr\xe9\n', 'on'],
    ['\xff\xfe# \x80\x85\xa0\nANALYTICS_ENABLED=1 # \xe9\n', 'on'],
    ['ANALYTICS_ENABLED=1\xa0\n', 'off'],
    ['ANALYTICS_ENABLED=1\n\xa0ANALYTICS_ENABLED=0\n', 'on'],
  ])('take the bytes %j for %s, in any locale', async (lock, mode) => {
    for (const locale of ['C', 'C.UTF-8'])
      expect(await agree(Buffer.from(lock, 'latin1'), { LC_ALL: locale })).toBe(mode);
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
      ...['ANALYTICS_ENABLED', 'ANALYTICS_ID', '=', '1', '0', 'on', 'local', 'Local', ID, '"', "'"],
      ...[' ', '\t', '#', ' #', '\n', '\n', '\r\n', '\r', '\v', '$', '(', ')', '%', '\\', ':', ','],
      ...['X=1', 'é', '\ufeff', '@', '@/@', '@~@', '@a', 'export ', '!'],
    );
    const noise = fc.array(piece, { maxLength: 4 }).map((pieces) => pieces.join(''));
    /** Mostly a plain line of ours, now and then one that only looks like it. */
    const usually = (plain: string, ...odd: string[]) =>
      fc.oneof({ weight: 8, arbitrary: fc.constant(plain) }, fc.constantFrom(...odd));
    const ours = fc
      .tuple(
        usually('', ' ', '\t', 'export ', ' export\t ', 'exported ', '\ufeff', '\r', '# '),
        fc.constantFrom('ENABLED', 'ENABLED', 'ID', 'NOTICE_SHOWN', 'OTHER'),
        usually('=', ' =', '= ', ' = ', '\t=', ':=', '', '\f='),
        fc.oneof(fc.constantFrom('1', 'on', '"1"', 'local', '0', ID, `'${ID}'`, ''), noise),
        usually('', ' # why', '#x', ' ', '\t\v', '\r'),
      )
      .map(
        ([before, key, equals, value, after]) =>
          `${before}ANALYTICS_${key}${equals}${value}${after}`,
      );
    const ending = usually('\n', '\r\n', '\n\n', '\r', ' \n');
    const text = fc
      .array(fc.tuple(fc.oneof({ weight: 4, arbitrary: ours }, noise), ending), { maxLength: 5 })
      .map((lines) => lines.flat().join(''));
    const value = fc.oneof(
      { weight: 3, arbitrary: fc.constant(undefined) },
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
    );
    await fc.assert(
      fc.asyncProperty(text, value, value, async (lock, dnt, enabled) => {
        const env = {
          ...(dnt !== undefined && { DO_NOT_TRACK: dnt }),
          ...(enabled !== undefined && { ONRAMP_ANALYTICS_ENABLED: enabled }),
        };
        await agree(lock, env);
      }),
      { numRuns: Number(process.env.RUNS ?? 500), seed: 20_261_128 },
    );
  }, 60_000);
});
