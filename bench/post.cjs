// The least that sending an event takes with Node: one request, and nothing around it.

const http = require('node:http');

const body = JSON.stringify({
  api_key: process.env.POSTHOG_API_KEY,
  batch: [{ event: 'service_started', properties: {}, distinct_id: 'bench' }],
});
const request = http.request(`${process.env.POSTHOG_HOST}/batch/`, {
  method: 'POST',
  headers: { 'content-type': 'application/json', 'content-length': body.length },
  agent: false,
});
request.on('response', (response) => response.resume().on('end', () => process.exit(0)));
request.end(body);
