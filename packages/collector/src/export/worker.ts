// A thread for one export. It makes the next piece only when asked: a slow reader costs no memory.

import { parentPort, workerData } from 'node:worker_threads';
import { openReader } from '../store/database.ts';
import { EXPORT_FORMATS } from './formats.ts';
import { pages } from './rows.ts';
import type { ExportRequest } from './stream.ts';

const { path, format, ...selection } = workerData as ExportRequest;
const db = openReader(path);
const pieces = EXPORT_FORMATS[format].write(pages(db, selection));
parentPort?.on('message', () => {
  const { value, done } = pieces.next();
  parentPort?.postMessage(done ? null : value);
  if (done) {
    db.close();
    parentPort?.close();
  }
});
