// A DNS server that says 127.0.0.1 to every question for IPv4 and nothing to any other, and an HTTP
// server that prints what it is sent. Ends with its stdin.
const dgram = require('node:dgram');
const http = require('node:http');

const TYPE_A = 1;

const dns = dgram.createSocket('udp4');
dns.on('message', (query, from) => {
  let end = 12; // Behind the header: the name, label by label.
  while (query[end] !== 0) end += query[end] + 1;
  const question = query.subarray(12, end + 5);
  if (query.readUInt16BE(end + 1) !== TYPE_A) return;
  const header = Buffer.from([query[0], query[1], 0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0]);
  const answer = Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 127, 0, 0, 1]);
  dns.send(Buffer.concat([header, question, answer]), from.port, from.address);
});

const server = http.createServer((request, response) => {
  let body = '';
  request.on('data', (piece) => {
    body += piece;
  });
  request.on('end', () => {
    response.end('{}');
    console.log(body);
  });
});
dns.bind(53, '127.0.0.1', () =>
  server.listen(0, '127.0.0.1', () => console.log(server.address().port)),
);
process.stdin.resume().on('end', () => process.exit(0));
