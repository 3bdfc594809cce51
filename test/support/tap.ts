// A server that keeps every byte it is sent, and answers as PostHog does. Nothing is parsed away.

import { type AddressInfo, createServer } from 'node:net';

export interface Tap {
  readonly url: string;
  /** Everything that arrived on every connection: request lines, headers, bodies. */
  bytes(): Buffer;
  /** The requests, taken apart. */
  requests(): { line: string; headers: Map<string, string>; body: string }[];
  close(): Promise<void>;
}

const ANSWER = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}';

function split(bytes: Buffer): { head: string; body: Buffer; wanted: number } | undefined {
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const head = bytes.toString('latin1', 0, end);
  const wanted = Number(/^content-length: *(\d+)/im.exec(head)?.[1] ?? 0);
  return { head, body: bytes.subarray(end + 4), wanted };
}

/** Starts one on loopback. */
export async function startTap(): Promise<Tap> {
  const connections: Buffer[] = [];
  const server = createServer((socket) => {
    const index = connections.push(Buffer.alloc(0)) - 1;
    socket.on('error', () => {});
    socket.on('data', (piece) => {
      connections[index] = Buffer.concat([connections[index]!, piece]);
      const request = split(connections[index]!);
      if (request && request.body.length >= request.wanted) socket.end(ANSWER);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    bytes: () => Buffer.concat(connections),
    requests: () =>
      connections.map((bytes) => {
        const { head, body } = split(bytes)!;
        const [line = '', ...headers] = head.split('\r\n');
        const pairs = headers.map((header) => header.split(/: ?(.*)/s) as [string, string]);
        return {
          line,
          headers: new Map(pairs.map(([name, value]) => [name.toLowerCase(), value])),
          body: body.toString('utf8'),
        };
      }),
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
