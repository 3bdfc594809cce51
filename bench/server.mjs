// The benchmark's server, a process of its own: the one that measures stands still while it times.
// `accepts` answers like PostHog, `hangs` never does. GET /seen tells what arrived.

import { createServer } from 'node:http';

const mode = process.argv[2];
let requests = 0;
let last = '';

const server = createServer((request, response) => {
  const pieces = [];
  request.on('data', (piece) => pieces.push(piece));
  request.on('end', () => {
    if (request.url === '/seen') return response.end(JSON.stringify({ requests, last }));
    requests += 1;
    last = Buffer.concat(pieces).toString('utf8');
    if (mode === 'hangs') return;
    response.setHeader('content-type', 'application/json');
    response.end('{"status":"Ok"}');
  });
});
server.listen(0, '127.0.0.1', () => process.send(server.address().port));
process.on('disconnect', () => process.exit());
