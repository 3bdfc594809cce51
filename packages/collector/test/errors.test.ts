// Errors have one shape, whoever makes them: the routes, the framework or node itself; and each says what to do.

import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROUTES } from '../src/api/openapi/document';
import { type Collector, startCollector } from './support/collector';

let collector: Collector;
beforeAll(async () => {
  collector = await startCollector({ COLLECTOR_REQUEST_TIMEOUT_MS: '1000' });
});
afterAll(async () => {
  await collector.stop();
});

/** Writes bytes to the port, and reads until the end. */
function raw(sent: string): Promise<{ status: number; head: string; body: string }> {
  const { port } = new URL(collector.url);
  return new Promise((done, fail) => {
    const socket = connect(Number(port), '127.0.0.1', () => socket.write(sent));
    let text = '';
    socket.setEncoding('utf8');
    socket.on('data', (piece) => {
      text += piece;
    });
    socket.on('error', fail);
    socket.on('close', () => {
      const [head = '', body = ''] = text.split(/\r\n\r\n(.*)/s);
      done({ status: Number(head.split(' ')[1]), head, body });
    });
  });
}

const get = (path: string, more = '') =>
  `GET ${path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n${more}\r\n`;

it.each<[string, string, number, string, string]>([
  ['no HTTP', 'hello\r\n\r\n', 400, 'malformed_request', 'no HTTP request'],
  ['TLS', '\x16\x03\x01\x02\x00\x01', 400, 'malformed_request', 'http rather than https'],
  [
    'headers that are too large',
    get('/health', `x: ${'y'.repeat(20_000)}\r\n`),
    431,
    'headers_too_large',
    'Send fewer',
  ],
  [
    'half a request',
    'POST /batch/ HTTP/1.1\r\nhost: x\r\ncontent-le',
    408,
    'request_timeout',
    'again',
  ],
  [
    'no host',
    'GET /health HTTP/1.1\r\nconnection: close\r\n\r\n',
    400,
    'missing_host',
    'Host header',
  ],
  [
    'an expectation',
    get('/health', 'expect: 200-ok\r\n'),
    417,
    'unknown_expectation',
    'leave it out',
  ],
  ['an address that cannot be decoded', get('/%zz'), 400, 'FST_ERR_BAD_URL', '/%zz'],
  ['no route', get('/nowhere'), 404, 'not_found', 'docs/api.md'],
])('%s', async (_name, sent, status, code, words) => {
  const answer = await raw(sent);
  expect(answer.status).toBe(status);
  expect(answer.head).toMatch(/^content-type: application\/json/im);
  const body = JSON.parse(answer.body) as Record<string, string>;
  expect(body).toMatchObject({ code, error: code });
  expect(body.detail).toContain(words);
  expect(body.error_description).toBe(body.detail);
  expect(body.type).toMatch(/^[a-z_]+$/);
});

describe('a parameter that there is not', () => {
  it.each([
    ['/api/v1/export?form=csv', 'form', 'project'],
    ['/api/v1/summary?projekt=1', 'projekt', 'project'],
    ['/api/v1/dead-letters?page=2', 'page', 'after'],
    ['/api/v1/installs?offset=2', 'offset', 'after'],
    ['/api/v1/projects?x=1', 'x', 'this route has none'],
    ['/api/v1/query?kind=totals&wehre=a', 'wehre', ''],
  ])('is refused, with those that there are: %s', async (path, name, known) => {
    const answer = await collector.admin('GET', path);
    expect(answer.status).toBe(400);
    const { detail } = (await answer.json()) as { detail: string };
    expect(detail).toContain(name);
    expect(detail).toContain(known);
  });

  it('is no business of a stranger: without a token, the answer is 401 on every route that needs one', async () => {
    const asked = ROUTES.filter(({ who }) => ['reader', 'changer', 'admin'].includes(who))
      .flatMap(({ at }) => at)
      .filter((at) => !at.startsWith('GET /health'))
      .flatMap((at) => ['?nonsense=1', '?project=a&project=b'].map((query) => at + query));
    const answers = await Promise.all(
      asked.map(async (at) => {
        const [method, path] = at.replaceAll(/\{\w+\}/g, '1').split(' ');
        const { status } = await collector.request(method!, path!);
        return `${at}: ${status}`;
      }),
    );
    expect(answers.filter((each) => !each.endsWith(': 401'))).toEqual([]);
    expect(answers.length).toBeGreaterThan(60);
  });

  it('is passed over where SDKs send: they add their own', async () => {
    const answer = await collector.post('/batch/?ver=1.2&_=3&beacon=1', {
      api_key: 'phc_test_token',
      batch: [],
    });
    expect(answer.status).not.toBe(401);
    expect(await answer.text()).not.toContain('unknown_parameter');
  });
});

it.each([' ', ' a', 'a ', '.', '7'])('a project cannot be called "%s"', async (name) => {
  const made = await collector.admin('POST', '/api/v1/projects', { name });
  expect(made.status).toBe(400);
  expect(await made.json()).toMatchObject({ code: 'invalid_name' });
});
