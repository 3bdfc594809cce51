// A PATH made for a test: only the programs it names, and programs that are made up.

import {
  accessSync,
  chmodSync,
  constants,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { cleanEnv } from './run';

/** What makefiles of the tests and make/track.sh may call. */
const USUAL =
  'sh make node git setsid perl sed tr rm mkdir ln cp cat echo sleep ls touch env test true false';

function find(program: string): string | undefined {
  for (const folder of cleanEnv().PATH!.split(delimiter)) {
    const file = join(folder, program);
    try {
      accessSync(file, constants.X_OK);
      return file;
    } catch {
      // Not here.
    }
  }
  return undefined;
}

/** A folder for PATH. Remove it in the end. */
export interface Tools {
  readonly path: string;
  remove(): void;
}

/** The usual programs without those in `missing`; `fakes` are shell scripts by name. */
export function toolsWithout(
  missing: readonly string[],
  fakes: Record<string, string> = {},
): Tools {
  const base = mkdtempSync(join(tmpdir(), 'onramp-tools-'));
  chmodSync(base, 0o755);
  const path = join(base, 'bin');
  mkdirSync(path);
  for (const program of USUAL.split(' ')) {
    const file = find(program);
    if (file && !missing.includes(program) && !(program in fakes)) {
      symlinkSync(file, join(path, program));
    }
  }
  for (const [name, script] of Object.entries(fakes)) {
    writeFileSync(join(path, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  }
  return { path, remove: () => rmSync(base, { recursive: true, force: true }) };
}
