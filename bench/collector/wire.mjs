// A connection that sends one request after another, and reads no more of an answer than it must: a
// whole HTTP client would take as much of the cores as the collector does.

import net from 'node:net';

const END_OF_HEAD = Buffer.from('\r\n\r\n');

/** The bytes of a request. */
export function requestOf(path, body, headers = {}) {
  const lines = Object.entries({
    host: 'bench',
    'content-type': 'application/json',
    'content-length': body.length,
    ...headers,
  }).map(([name, value]) => `${name}: ${value}`);
  return Buffer.concat([
    Buffer.from(`POST ${path} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`),
    body,
  ]);
}

/** Opens a connection. `send` resolves with the status of the answer. */
export async function connect(port) {
  const socket = net.connect({ port, host: '127.0.0.1', noDelay: true });
  await new Promise((done, fail) => {
    socket.once('connect', done);
    socket.once('error', fail);
  });
  let waiting;
  let read = Buffer.alloc(0);
  const fail = (error) => {
    waiting?.fail(error ?? new Error('the collector closed the connection'));
    waiting = undefined;
  };
  socket.on('error', fail);
  socket.on('close', () => fail());
  socket.on('data', (bytes) => {
    read = read.length === 0 ? bytes : Buffer.concat([read, bytes]);
    const head = read.indexOf(END_OF_HEAD);
    if (head === -1) return;
    const text = read.latin1Slice(0, head);
    const length = Number(/content-length: *(\d+)/i.exec(text)?.[1] ?? 0);
    if (read.length < head + 4 + length) return;
    read = read.subarray(head + 4 + length);
    const { done } = waiting;
    waiting = undefined;
    done(Number(text.slice(9, 12)));
  });
  return {
    send: (request) =>
      new Promise((done, fail) => {
        waiting = { done, fail };
        socket.write(request);
      }),
    close: () => socket.destroy(),
  };
}
