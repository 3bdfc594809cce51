// A real HTTP proxy that knows CONNECT, and leads every tunnel to one port of loopback.

import { createServer } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';

/** A proxy on loopback, and what it was asked for. */
export interface TestProxy {
  readonly port: number;
  /** `host:port` and the login (`user:password`, if any) of each CONNECT. */
  readonly asked: { authority: string; login: string | undefined }[];
  close(): Promise<void>;
}

/** Starts a proxy; with `refuse`, it answers every CONNECT with that status. */
export async function startProxy(targetPort: number, refuse?: number): Promise<TestProxy> {
  const asked: TestProxy['asked'] = [];
  const sockets = new Set<Socket>();
  const server = createServer();
  server.on('connection', (socket) => sockets.add(socket));
  server.on('connect', (request, client: Socket) => {
    const basic = /^Basic (.*)$/.exec(request.headers['proxy-authorization'] ?? '')?.[1];
    const login = basic && Buffer.from(basic, 'base64').toString();
    asked.push({ authority: request.url ?? '', login });
    client.on('error', () => {});
    if (refuse) return void client.end(`HTTP/1.1 ${refuse} No\r\nContent-Length: 0\r\n\r\n`);
    const target = connect(targetPort, '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      target.pipe(client).pipe(target);
    });
    sockets.add(target);
    target.on('error', () => client.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    asked,
    close: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
