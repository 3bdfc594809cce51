// A server that accepts, or one that hangs, in a process of its own: so that what it costs is not
// measured with the rest.

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { ROOT } from '../test/support/run';

/** A server in a process of its own. */
export interface Server {
  readonly url: string;
  seen(): Promise<{ requests: number; last: string }>;
  close(): void;
}

/** Starts one, on a port of its own. */
export async function startServer(mode: 'accepts' | 'hangs'): Promise<Server> {
  const child = fork(join(ROOT, 'bench/server.mjs'), [mode]);
  const [port] = (await once(child, 'message')) as [number];
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    seen: async () =>
      (await (await fetch(`${url}/seen`)).json()) as { requests: number; last: string },
    close: () => child.disconnect(),
  };
}
