// Servers that misbehave, one for each way in which a network has been seen to be hostile.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';

/** A listening server. `hits` counts connections. */
export interface Hostile {
  readonly url: string;
  hits(): number;
  close(): Promise<void>;
}

/** What a server does with a connection, once the first bytes of a request have come. */
type OnRequest = (socket: Socket) => void;

async function listen(onRequest: OnRequest, scheme: 'http' | 'https' = 'http'): Promise<Hostile> {
  const sockets = new Set<Socket>();
  let hits = 0;
  const server = createServer((socket) => {
    hits += 1;
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    socket.once('data', () => {
      socket.resume();
      onRequest(socket);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `${scheme}://127.0.0.1:${port}`,
    hits: () => hits,
    close: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

/** A whole answer. */
function answer(status: string, body: string, headers: readonly string[] = []): string {
  const head = [`HTTP/1.1 ${status}`, `content-length: ${Buffer.byteLength(body)}`, ...headers];
  return `${head.join('\r\n')}\r\n\r\n${body}`;
}

const answering = (text: string) => () => listen((socket) => socket.end(text));

/** Nobody listens on the port. */
async function refusing(): Promise<Hostile> {
  const { url, close } = await listen(() => {});
  await close();
  return { url, hits: () => 1, close: async () => {} };
}

function dripping(): Promise<Hostile> {
  return listen((socket) => {
    const text = answer('200 OK', '{"status":"Ok"}');
    let at = 0;
    const timer = setInterval(() => socket.write(text[at++ % text.length]!), 1_000);
    socket.write(text[at++]!);
    socket.on('close', () => clearInterval(timer));
  });
}

/** Sends `text`, then `filler` without end, as fast as it is read. */
const pouring = (text: string, filler: string, bytes: number) => () =>
  listen((socket) => {
    const piece = Buffer.from(filler.repeat(Math.ceil((64 * 1024) / filler.length)));
    let left = bytes;
    const pour = () => {
      while (left > 0 && !socket.destroyed) {
        left -= piece.length;
        if (!socket.write(piece)) {
          socket.once('drain', pour);
          return;
        }
      }
      socket.end();
    };
    socket.write(text);
    pour();
  });

/** Answers as the server should, over TLS with a certificate that nobody signed. */
async function selfSigned(): Promise<Hostile> {
  const folder = mkdtempSync(join(tmpdir(), 'onramp-tls-'));
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'];
  const files = ['-keyout', key, '-out', cert];
  execFileSync(
    'openssl',
    ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', ...files, ...subject],
    { stdio: 'ignore' },
  );
  let hits = 0;
  const server = createTlsServer({ key: readFileSync(key), cert: readFileSync(cert) }, (socket) => {
    socket.end(answer('200 OK', '{"status":"Ok"}'));
  });
  server.on('connection', () => {
    hits += 1;
  });
  server.on('tlsClientError', () => {});
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  rmSync(folder, { recursive: true });
  return {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    hits: () => hits,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

const MEBIBYTE = 1024 * 1024;
const JSON_TYPE = 'content-type: application/json';

/** Every kind of hostile server, by what it does. */
export const HOSTILE: Readonly<Record<string, () => Promise<Hostile>>> = {
  'refuses the connection': refusing,
  'accepts and says nothing': () => listen(() => {}),
  'sends a byte a second': dripping,
  'sends headers, then nothing': () =>
    listen((socket) => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 15\r\n\r\n')),
  'resets on the request': () => listen((socket) => socket.resetAndDestroy()),
  'resets in the middle of its answer': () =>
    listen((socket) => {
      const text = 'HTTP/1.1 200 OK\r\ncontent-length: 1500\r\n\r\n{"status"';
      socket.write(text, () => socket.resetAndDestroy());
    }),
  'hangs up without a word': () => listen((socket) => socket.end()),
  'speaks no HTTP': answering('220 mail.example.org ESMTP\r\n'),
  'answers 400': answering(answer('400 Bad Request', '{"detail":"no"}')),
  'answers 401': answering(answer('401 Unauthorized', '{"detail":"no"}')),
  'answers 413': answering(answer('413 Payload Too Large', '')),
  'answers 429, come back in an hour': answering(
    answer('429 Too Many Requests', '', ['retry-after: 3600']),
  ),
  'answers 500': answering(
    answer('500 Internal Server Error', 'Traceback (most recent call last)'),
  ),
  'answers 503': answering(answer('503 Service Unavailable', '')),
  'answers with a page of HTML': answering(
    answer('200 OK', '<!doctype html><p>Log in to the hotel', ['content-type: text/html']),
  ),
  'answers 200 with 100 MB of body': pouring(
    `HTTP/1.1 200 OK\r\n${JSON_TYPE}\r\ncontent-length: ${100 * MEBIBYTE}\r\n\r\n`,
    ' ',
    100 * MEBIBYTE,
  ),
  'answers 500 with 100 MB of body': pouring(
    `HTTP/1.1 500 Oops\r\ncontent-length: ${100 * MEBIBYTE}\r\n\r\n`,
    'x',
    100 * MEBIBYTE,
  ),
  'sends headers without end': pouring('HTTP/1.1 200 OK\r\n', 'x-more: and more\r\n', MEBIBYTE),
  'speaks no TLS': () =>
    listen((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'), 'https'),
  'says nothing in the TLS handshake': () => listen(() => {}, 'https'),
  'has a certificate nobody signed': selfSigned,
};

/** A server that sends everybody to `location`. */
export const redirecting = (location: string) =>
  answering(answer('307 Temporary Redirect', '', [`location: ${location}/batch/`]))();
