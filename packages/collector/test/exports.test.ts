// Exports are as large as the data, and each has a thread: there are few at once.

import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, expect, it, vi } from 'vitest';
import { ADMIN, batchOf, type Collector, event, startCollector } from './support/collector';

let collector: Collector;
const readers: Socket[] = [];
afterEach(async () => {
  for (const each of readers.splice(0)) each.destroy();
  await collector?.stop();
});

/** Asks for an export, and reads nothing but its beginning. */
async function slowReader(): Promise<Socket> {
  const socket = connect(Number(new URL(collector.url).port), '127.0.0.1');
  readers.push(socket);
  socket.on('error', () => {});
  socket.write(`GET /api/v1/export HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${ADMIN}\r\n\r\n`);
  await once(socket, 'readable');
  return socket;
}

it('a fifth export at once is told to come again, and gets its turn', async () => {
  collector = await startCollector();
  for (let n = 0; n < 6; n++) {
    const pad = () => event({ properties: { pad: 'x'.repeat(9_000) } });
    const batch = batchOf(...Array.from({ length: 400 }, pad));
    expect((await collector.post('/batch/', batch)).status).toBe(200);
  }
  const [first] = await Promise.all(Array.from({ length: 4 }, slowReader));
  for (const path of ['/api/v1/export', '/api/v1/dead-letters/export']) {
    const refused = await collector.admin('GET', path);
    expect(refused.status).toBe(503);
    expect(await refused.json()).toMatchObject({ code: 'too_many_exports' });
  }
  // Whoever may not ask is not told how many there are.
  expect((await collector.request('GET', '/api/v1/export')).status).toBe(401);
  first!.destroy();
  await vi.waitFor(async () => {
    const answer = await collector.admin('GET', '/api/v1/dead-letters/export');
    await answer.arrayBuffer();
    expect(answer.status).toBe(200);
  }, 10_000);
});
