// The process of the archive: it does one task and ends. A process of its own, because making Parquet takes
// memory and time that the collector needs for what comes in. It may be killed at any moment.

import { setPriority } from 'node:os';
import { run } from './run.ts';
import type { Said, Task } from './task.ts';

if (process.send) {
  setPriority(10);
  process.umask(0o077);
  // Whoever asked is gone: nobody holds the lease any more.
  process.on('disconnect', () => process.exit(1));
  // Ctrl-C reaches the whole group: the collector decides when this process ends.
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => undefined);
  process.once('message', async (task: Task) => {
    let said: Said;
    try {
      said = { done: await run(task) };
    } catch (error) {
      said = { error: error instanceof Error ? error.message : String(error) };
    }
    process.send!(said, () => process.exit(0));
  });
}
