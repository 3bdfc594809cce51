// A receiver for a try: speaks as much of PostHog's protocol as the shim needs, and keeps what came.

import { createServer } from 'node:http';

/** Starts on a free port of this machine. `take()` answers with the requests since the last call. */
export async function startReceiver() {
  let arrived = [];
  const server = createServer((request, response) => {
    const pieces = [];
    request.on('data', (piece) => pieces.push(piece));
    request.on('end', () => {
      const body = Buffer.concat(pieces).toString('utf8');
      arrived.push({ method: request.method, url: request.url, headers: request.headers, body });
      response.setHeader('content-type', 'application/json');
      response.end('{"status":"Ok"}');
    });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    take() {
      const taken = arrived;
      arrived = [];
      return taken;
    },
    close: () => server.close(),
  };
}
