// An export as a stream, made in a thread of its own.

import { once } from 'node:events';
import { Readable } from 'node:stream';
import { Worker } from 'node:worker_threads';
import type { Selection } from '../store/events.ts';
import type { StoreLocation } from '../store/open.ts';
import type { ExportFormat } from './formats.ts';

export interface ExportRequest {
  readonly location: StoreLocation;
  readonly format: ExportFormat;
  readonly selection: Selection;
}

/** The bytes of an export. Ends its thread when it ends, or when nobody reads it any more. */
export function exportStream(request: ExportRequest): Readable {
  return Readable.from(pieces(request), { objectMode: false });
}

async function* pieces(request: ExportRequest): AsyncGenerator<Buffer> {
  const worker = new Worker(new URL('./worker.js', import.meta.url), { workerData: request });
  try {
    await once(worker, 'message');
    for (;;) {
      const answer = once(worker, 'message') as Promise<[Uint8Array | null]>;
      worker.postMessage('next');
      const [piece] = await answer;
      if (piece === null) return;
      yield Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
    }
  } finally {
    await worker.terminate();
  }
}
