// Builds the collector once before the tests: they run it as its users do, as a process.

import { execFileSync } from 'node:child_process';
import { resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '../../../..');

export default function setup(): void {
  execFileSync(
    resolve(ROOT, 'node_modules/.bin/tsc'),
    ['-p', resolve(ROOT, 'packages/collector')],
    {
      stdio: 'inherit',
    },
  );
}
