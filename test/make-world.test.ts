// The real make of a tracked command sees the world as it would without the tracking.

import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { filesBelow, type Host, makeHost } from './support/host';
import { lockOf } from './support/project';
import { RECORD_ONLY, recorded } from './support/recorded';
import { run } from './support/run';

const MAKE = process.env.TEST_MAKE ?? 'make';

describe('the real make sees the world as it was', () => {
  const SHOW = [
    'export LEAK := $(ANALYTICS)$(ONRAMP)',
    'show: ; @echo "$(MAKELEVEL) [$(MAKEFLAGS)] [$(MFLAGS)] $(origin X) [$(MAKECMDGOALS)] [$(MAKEFILE_LIST)]"; \\',
    '\tprintf "%s|" "$(MAKEOVERRIDES)" "$$X" "$(CURDIR)"; pwd; cat; env | grep -i -e onramp -e analytics; :',
    'sub: ; @$(MAKE) --no-print-directory show',
    'place: ; @pwd; echo "$(CURDIR) $(MAKELEVEL)"; $(MAKE) a.made',
    'fail: ; @exit 3',
    'wide: fail show',
    '%.made: ; @echo making $@',
    '',
  ].join('\n');
  const CASES: string[][] = [
    [],
    ['show'],
    ['show', 'X=1'],
    ['X=a b', 'show'],
    ['X=it\'s "quoted" \\ `id`', 'show'],
    ['X=one\ntwo', 'show'],
    ['-s', 'show'],
    ['-k', 'wide'],
    ['-j2', 'show'],
    ['-j', 'show'],
    ['-B', 'a.made', 'b.made'],
    ['-C', '.', 'place'],
    ['--directory=.', 'place'],
    ['-w', 'place'],
    ['-sC.', 'place'],
    ['place'],
    ['--no-print-directory', 'sub'],
    ['-e', 'show'],
    ['-r', '-R', 'show'],
    ['-I', '.onramp', 'show'],
    ['-I', '-w', 'show'],
    ['-kI', '-C', 'show'],
    ['--include-dir', '-w', 'show'],
    ['-kW', '-w', '--new-f', '-C', 'show'],
    ['--', 'show'],
    ['sub'],
  ];

  let host: Host;
  beforeAll(async () => {
    host = await makeHost({ files: { Makefile: SHOW } });
  });
  afterAll(() => host.remove());

  it.each(CASES.map((words) => [words]))('make %j', async (words) => {
    const results = [];
    for (const mode of ['0', '1']) {
      host.write('onramp.lock', lockOf(mode));
      // The settings of this test itself are in the environment, with and without tracking.
      const { status, stdout } = await run(MAKE, words, {
        cwd: host.root,
        input: 'from stdin\n',
        env: { ...RECORD_ONLY, X: 'environment' },
      });
      // GNU make 4.4 names its job server after its process.
      results.push({ status, stdout: stdout.replace(/GMfifo\d+/g, 'GMfifo') });
    }
    expect(results[1]).toEqual(results[0]);
    expect(recorded(host).length).toBeGreaterThan(0);
    expect(filesBelow(join(host.record, 'spool'))).toEqual([]);
    rmSync(host.record, { recursive: true });
  });
});
