// A command that asks the store: the answer comes from a thread, and the process waits for it.

import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { makeFolder } from '../support/collector.ts';

it('a process that waits for an answer does not end before it', async () => {
  const folder = makeFolder();
  const store = resolve(import.meta.dirname, '../../dist/collector/src/store/open.js');
  const script = `import { openStore } from ${JSON.stringify(store)};
    const store = await openStore({ dataFolder: ${JSON.stringify(folder.path)} });
    console.log(await store.numbers.stats(1));
    await store.close();`;
  const file = join(folder.path, 'ask.mjs');
  writeFileSync(file, script);
  const { stdout } = await promisify(execFile)(process.execPath, [file]);
  folder.remove();
  expect(stdout).toContain('events: 0');
});
