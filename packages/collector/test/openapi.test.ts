// The OpenAPI document against the running server: every route is in it and the other way round, and what
// the server answers is what it says.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openApi, ROUTES } from '../src/api/openapi/document.ts';
import { buildServer, type Parts } from '../src/server.ts';
import { batchOf, type Collector, event, startCollector } from './support/collector.ts';
import { answerWhen } from './warehouse/support/asking.ts';

const document = openApi();
const RANGE = 'from=2020-01-01&to=2099-01-01';

/** Routes that are no part of the API: the page and its files. */
const isOfThePage = (url: string) => url === '/' || url.startsWith('/assets') || url.includes('*');

describe('the OpenAPI document', () => {
  let collector: Collector;
  beforeAll(async () => {
    collector = await startCollector({ COLLECTOR_WAREHOUSE: 'duckdb' });
    await collector.post('/batch', batchOf(event(), event({ properties: { plan: 'pro' } })));
    await collector.post('/batch', batchOf({ event: 'x' }, event()));
  });
  afterAll(() => collector.stop());

  it('is OpenAPI 3.1', async () => {
    const { valid, errors } = await new Validator().validate(structuredClone(document));
    expect(errors).toBeUndefined();
    expect(valid).toBe(true);
  });

  it('is what docs/ has, and what the collector serves; `npm run docs` writes it', async () => {
    const file = join(import.meta.dirname, '../../../docs/openapi.json');
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(document);
    const served = await collector.request('GET', '/api/v1/openapi.json');
    expect(await served.json()).toEqual(document);
  });

  it('has every route of the server, and no other', async () => {
    const described = ROUTES.flatMap(({ at }) => at);
    const served = (await serverRoutes()).filter((at) => !isOfThePage(at.split(' ')[1]!));
    const missing = served.filter((at) => !described.includes(at));
    expect(missing, 'describe them in src/api/openapi/').toEqual([]);
    expect(described.filter((at) => !served.includes(at))).toEqual([]);
  });

  const ajv = new Ajv2020({ strict: false });
  ajv.addSchema({ $id: 'api', components: document.components });
  /** What is wrong with an answer; undefined: nothing. */
  const wrongWith = (at: string, status: number, body: unknown) => {
    const answer = ROUTES.find((route) => route.at.includes(at))?.answers[status];
    expect(answer, `${at} has no answer ${status}: ${JSON.stringify(body)}`).toBeDefined();
    const schema = JSON.parse(
      JSON.stringify(answer!.schema ?? {}).replaceAll('"#/components', '"api#/components'),
    );
    const validate = ajv.compile(schema);
    return validate(body) ? undefined : ajv.errorsText(validate.errors);
  };

  it.each([
    `kind=totals&before=1&measure=duration_ms`,
    `kind=series&interval=month&before=1&measure=duration_ms`,
    `kind=breakdown&by=prop.plan`,
    `kind=new_ids&interval=month`,
    `kind=retention&interval=month`,
    `kind=funnel&step=event:is:a&step=event:is:b`,
    `kind=paths&direction=to&value=command_executed&within=id`,
    `kind=events&limit=1`,
  ])('tells how a question is answered: %s', async (query) => {
    const body = await answerWhen(
      collector,
      `${query}&${RANGE.replace('2020', '2025')}`.replace(
        '2099',
        query.includes('retention') ? '2027' : '2099',
      ),
      ({ behind }) => behind === 0,
    );
    expect(wrongWith('GET /api/v1/query', 200, body)).toBeUndefined();
    expect(wrongWith('GET /api/v1/query', 200, { ...body, data: { other: 1 } })).toBeDefined();
  });

  it.each([
    'GET /api/v1/warehouse',
    'GET /api/v1/summary',
    'GET /api/v1/analytics/commands',
    'GET /api/v1/telemetry/stats',
    'GET /api/v1/projects',
    'GET /api/v1/tokens',
    'GET /api/v1/dead-letters',
    'GET /api/v1/installs',
    'GET /v1/events',
    'GET /api/v1/session',
    'GET /api/v1/clock',
    'GET /api/v1/health',
    'GET /health',
    'GET /flags',
    'POST /api/v1/projects {"name":"more","kind":"web"}',
    'PATCH /api/v1/projects/1 {"retention_days":300,"public":true}',
    'GET /api/v1/public/default',
    'GET /public/default/badge.json',
    'POST /api/v1/tokens {"scope":"read","project":"1"}',
    'POST /api/v1/forget {"distinct_id":"nobody"}',
    'POST /api/v1/dead-letters/replay',
    'POST /api/v1/warehouse/rebuild',
  ])('tells what is answered: %s', async (asked) => {
    const [method, path, json] = asked.split(' ') as [string, string, string?];
    const answer = await collector.admin(method, path, json && JSON.parse(json));
    const at = `${method} ${path.replace(/\/\d+$/, '/{id}').replace('/default', '/{name}')}`;
    expect(wrongWith(at, answer.status, await answer.json())).toBeUndefined();
  });

  it.each([
    ['POST /batch', batchOf(event(), { event: 'x' })],
    ['POST /api/v1/telemetry/batch', exampleOf('POST /api/v1/telemetry/batch')],
    ['POST /api/v1/events', exampleOf('POST /api/v1/events')],
    ['POST /v1/installs', { data: { installation_id: 'some-id', properties: {} } }],
  ])('tells what is sent, and its examples are taken: %s', async (at, body) => {
    const [method, path] = at.split(' ') as [string, string];
    const answer = await collector.request(method, path, body);
    expect(answer.status).toBeLessThan(300);
    expect(wrongWith(at, answer.status, await answer.json())).toBeUndefined();
  });

  it('tells how errors look', async () => {
    const validate = ajv.compile({ $ref: 'api#/components/schemas/Error' });
    for (const [path, status] of [
      ['/api/v1/query', 400],
      ['/api/v1/query?project=9&kind=totals&from=0&to=99999', 404],
      ['/api/v1/installs/none', 404],
    ] as const) {
      const answer = await collector.admin('GET', path);
      expect(answer.status).toBe(status);
      expect(validate(await answer.json())).toBe(true);
    }
  });
});

function exampleOf(at: string): object {
  return ROUTES.find((route) => route.at.includes(at))!.body!.example as object;
}

/** Every route that a server registers, as `GET /health`; nothing is asked of it. */
async function serverRoutes(): Promise<string[]> {
  const found: string[] = [];
  const config = {
    trustProxy: false,
    requestTimeoutMs: 1_000,
    logLevel: 'silent',
    ratePerAddress: 1,
  };
  const onRoute: Parts['onRoute'] = ({ method, url }) => {
    for (const each of [method].flat()) {
      if (each === 'HEAD' || each === 'OPTIONS') continue;
      found.push(`${each} ${url.replace(/:(\w+)/g, '{$1}')}`);
    }
  };
  const given: Record<string, unknown> = { config, onRoute };
  const parts = new Proxy(given, { get: (_target, name: string) => given[name] ?? anything });
  const app = await buildServer(parts as unknown as Parts);
  await app.ready();
  await app.close();
  return found;
}

/** Stands for whatever a server is made of, while it is only built. */
const anything: unknown = new Proxy(() => anything, {
  get: (_target, name) => (name === 'then' ? undefined : anything),
});
