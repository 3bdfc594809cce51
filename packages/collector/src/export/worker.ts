// A thread for one export. It makes the next piece only when asked: a slow reader costs no memory.

import { parentPort, workerData } from 'node:worker_threads';
import { openForReading } from '../store/open.ts';
import { EXPORT_FORMATS } from './formats.ts';
import type { ExportRequest } from './stream.ts';

const { location, format, selection } = workerData as ExportRequest;
const port = parentPort!;
const store = await openForReading(location);
const pieces = EXPORT_FORMATS[format].write(store.scan(selection));
port.on('message', async () => {
  try {
    const { value, done } = await pieces.next();
    port.postMessage(done ? null : value);
    if (!done) return;
    await store.close();
    port.close();
  } catch (error) {
    // Whoever downloads must see that it ended early: the thread ends with the error.
    setImmediate(() => {
      throw error;
    });
  }
});
port.postMessage('ready');
