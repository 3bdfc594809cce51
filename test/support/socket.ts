// The server's half of a WebSocket, as small as a test needs it: it greets, and it sends texts.

import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';

const MAGIC = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

/** Takes an upgrade. @returns a function that sends a text of less than 64 KiB. */
export function acceptSocket(request: IncomingMessage, socket: Duplex): (text: string) => void {
  const key = createHash('sha1').update(`${request.headers['sec-websocket-key']}${MAGIC}`);
  socket.on('error', () => {});
  socket.write(
    [
      'HTTP/1.1 101 Switching Protocols',
      'Upgrade: websocket',
      'Connection: Upgrade',
      `Sec-WebSocket-Accept: ${key.digest('base64')}`,
      '\r\n',
    ].join('\r\n'),
  );
  return (text) => {
    const bytes = Buffer.from(text);
    const head =
      bytes.length < 126
        ? Buffer.from([0x81, bytes.length])
        : Buffer.from([0x81, 126, bytes.length >> 8, bytes.length & 0xff]);
    socket.write(Buffer.concat([head, bytes]));
  };
}
