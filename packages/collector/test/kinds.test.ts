// Kinds of projects: what each takes, and that a project of commands is anonymous.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { firstCommand, firstEvent } from '../../dashboard/src/panels/first-event';
import { KINDS, type Kind } from '../../schema/src/columns';
import { examine } from '../src/gate/gate';
import { namesPerson } from '../src/gate/person';
import { openStore } from '../src/store/open';
import { TokenlessProjects } from '../src/tokenless-projects';
import { batchOf, type Collector, event, makeFolder, startCollector } from './support/collector';

const CANARY = 'zq-canary';
const candidate = (extra: object) => ({
  event: 'command_executed',
  distinctId: 'id-1',
  uuid: undefined,
  properties: {},
  timeMs: 0,
  sentTimestamp: undefined,
  ...extra,
});

describe('what names a person', () => {
  it.each<[string, object]>([
    ['$identify', { event: '$identify' }],
    ['an alias', { event: '$create_alias' }],
    ['an e-mail address as an id', { distinctId: 'ann@example.org' }],
    ['$set', { properties: { $set: { plan: 'x' } } }],
    ['$set_once', { properties: { $set_once: { plan: 'x' } } }],
    ['a person profile', { properties: { $process_person_profile: true } }],
    ['an older id', { properties: { $anon_distinct_id: 'a' } }],
    ['firstName', { properties: { firstName: 'Ann' } }],
    ['E-Mail', { properties: { EMAIL: 'x' } }],
    ['an e-mail address as a property', { properties: { owner: ' ann@example.org ' } }],
    ['a member of a member', { properties: { x: [{ y: { email: 'ann' } }] } }],
    ['userEmail', { properties: { userEmail: 'ann' } }],
    ['CUSTOMER_E-MAIL_2', { properties: { 'CUSTOMER_E-MAIL_2': 'ann' } }],
    ['billing.lastname', { properties: { 'billing.lastname': 'Ann' } }],
    ['an owner', { properties: { owner: 'Ann' } }],
    ['repoOwner, in a member', { properties: { repo: { repoOwner: 'ann' } } }],
    ['an author', { properties: { AUTHOR: 'Ann' } }],
    ['useremail', { properties: { useremail: 'ann' } }],
    ['an e-mail address in a text', { properties: { error: 'no mail to <ann@example.org>!' } }],
    ['one in an address of the web', { properties: { url: 'https://x/?a=ann%40example.org' } }],
    ['one as a name', { properties: { a: { 'ann@example.org': 1 } } }],
    ['one as the name of the event', { event: 'invited ann@example.org' }],
    ['one within an id', { distinctId: 'user:ann@example.org' }],
    ['one in an id that is an object', { distinctId: { id: 'ann@example.org' } }],
    ['one where properties should be', { properties: 'ann@example.org' }],
    ['one where a uuid should be', { uuid: 'ann@example.org' }],
    ['one whose name is quoted', { properties: { a: 'to "ann b"@example.org' } }],
    ['one with a wide sign', { properties: { a: 'ann＠example.org' } }],
    ['one with what nobody sees', { properties: { a: 'ann@\0exam\u200bple.org' } }],
    ['somebody whose name ends so', { properties: { a: 'digit@example.org, x.git@example.org' } }],
    ['a name with what nobody sees', { properties: { 'em\0ail': 'ann' } }],
    ['one of another alphabet', { properties: { a: 'анна@пример.рф' } }],
  ])('%s does', (_name, extra) => expect(namesPerson(candidate(extra))).toBe(true));

  it.each<[string, object]>([
    ['a command', { properties: { command: 'up', success: true } }],
    ['empty $set', { properties: { $set: {}, $set_once: null, email: '' } }],
    ['what forbids a profile', { properties: { $process_person_profile: false } }],
    ['a package with a scope', { properties: { package: '@scope/name@1.0.0', range: 'a@^2' } }],
    ['a service_name', { properties: { service_name: 'plex', template_name: 'x' } }],
    ['a scope in quotes', { properties: { text: 'import x from "@scope.name/x"' } }],
    ['a version', { properties: { tool: 'tool@2.1-beta.rc', image: 'x/y@sha256:0a1b' } }],
    [
      'where a repository is',
      { properties: { origin: 'git@github.com:a/b.git', at: 'ssh://git@host.example/x' } },
    ],
    ['yes and no', { properties: { has_email: true, is_owner: true, phone: false, email: [] } }],
    [
      'what only sounds like it',
      {
        properties: {
          hostname: 'x',
          iphone: 'y',
          valid: 'z',
          grid: 1,
          users: 3,
          last_login: 'x',
          ownership: 'y',
        },
      },
    ],
    ['no object', { properties: 'something' }],
  ])('%s does not', (_name, extra) => expect(namesPerson(candidate(extra))).toBe(false));
});

/** Any JSON, and a place in it that a person's data are put into. */
const texts = fc.string({ maxLength: 12 });
const json = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    texts,
    fc.integer(),
    fc.boolean(),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(texts, tie('value'), { maxKeys: 3 }),
  ),
})).value;
const around = (inner: fc.Arbitrary<unknown>) =>
  fc
    .tuple(inner, fc.array(fc.tuple(fc.boolean(), texts, json), { maxLength: 5 }))
    .map(([value, steps]) =>
      steps.reduce<unknown>(
        (held, [isList, key, other]) => (isList ? [other, held] : { other, [`${key}x`]: held }),
        value,
      ),
    );
const email = fc
  .tuple(texts, fc.constantFrom('', '<', ': ', 'mailto:'), fc.constantFrom('', '>', '!', '.'))
  .map(([text, before, after]) => `${text} ${before}${CANARY}@mail.example.org${after}`);
const personal = fc.oneof(
  around(email),
  around(email.map((key) => ({ [key]: 1 }))),
  around(
    fc
      .tuple(
        fc.constantFrom('', 'user', 'customer_', 'billing.', 'x-'),
        fc.constantFrom('email', 'Email', 'E_MAIL', 'first_name', 'FirstName', 'PHONE', 'userName'),
        fc.constantFrom('', '1', '_2'),
      )
      .map(([before, name, after]) => {
        const joint = /[a-z]$/.test(before) ? name[0]!.toUpperCase() + name.slice(1) : name;
        return { [`${before}${joint}${after}`]: CANARY };
      }),
  ),
);

describe('a project of commands', () => {
  const project = { id: 1, name: 'x', kind: 'cli', retentionDays: 9, timeZone: 'UTC' } as const;
  it('keeps nothing of an event with a person anywhere in it', () => {
    const member = fc.constantFrom('event', 'distinctId', 'uuid', 'properties', 'sentTimestamp');
    fc.assert(
      fc.property(member, personal, json, (name, value, other) => {
        const properties = { other, pad: value };
        const sent = candidate(name === 'properties' ? { properties } : { [name]: value });
        const { events, letters } = examine(project, 'posthog-v0', [sent], 0);
        expect(JSON.stringify([events, letters])).not.toContain(CANARY);
        expect(letters).toMatchObject([{ payload: null, distinctId: null }]);
      }),
      { seed: 9, numRuns: 2_000 },
    );
  });
});

describe('an id that is an e-mail address', () => {
  const id = `${CANARY}@example.org`;
  const sentTo = (kind: Kind) => {
    const project = { id: 1, name: 'x', kind, retentionDays: 9, timeZone: 'UTC' };
    return examine(project, 'installs', [candidate({ distinctId: id })], 0);
  };
  it.each(['cli', 'installs', 'agents'] as const)('is not kept in %s', (kind) => {
    const { events, letters } = sentTo(kind);
    expect(JSON.stringify([events, letters])).not.toContain(CANARY);
    expect(letters).toMatchObject([{ reason: 'names_a_person', distinctId: null }]);
  });
  it.each(['web', 'product'] as const)('is kept in %s, which knows people', (kind) =>
    expect(sentTo(kind).events).toMatchObject([{ distinctId: id }]),
  );
  it('is refused over HTTP, without a token too, and nothing of it is written', async () => {
    const folder = makeFolder();
    const collector = await startCollector({}, { folder: folder.path });
    const data = { installation_id: id, event_type: 'installation_started' };
    for (const [path, body] of [
      ['/v1/events', { data }],
      ['/v1/installs', { data }],
      ['/api/v1/telemetry/batch', { anonymous_id: id, events: [{ event: 'x' }] }],
    ] as const) {
      const answer = await collector.post(path, body);
      expect([path, answer.status, await answer.text()]).toMatchObject([path, 400, /./]);
    }
    await collector.stop();
    for (const name of readdirSync(folder.path).filter((each) => each.startsWith('collector.db'))) {
      expect(readFileSync(join(folder.path, name)).includes(CANARY)).toBe(false);
    }
    folder.remove();
  });
});

describe('the projects of clients without a token', () => {
  it('are that of 1.1, as the one of installers, and another', async () => {
    const folder = makeFolder();
    const store = await openStore({ dataFolder: folder.path });
    const old = await store.projects.create({ name: 'anonymous', retentionDays: 9 }, 0);
    await store.settings.set('tokenless_project', String(old.id));
    for (let n = 0; n < 2; n++) {
      const projects = await TokenlessProjects.open(store, 9, () => 0);
      expect(projects.known('installs')).toMatchObject({ id: old.id, kind: 'installs' });
      // Whoever comes at once is given the same one.
      const [one, two] = await Promise.all([projects.of('agents'), projects.of('agents')]);
      expect(one).toMatchObject({ kind: 'agents', name: 'agents', id: two.id });
    }
    expect(store.projects.list()).toHaveLength(2);
    await store.close();
    folder.remove();
  });
});

describe('a project', () => {
  let collector: Collector;
  beforeEach(async () => {
    collector = await startCollector();
  });
  afterEach(async () => {
    await collector.stop();
  });
  const files = () =>
    readdirSync(collector.folder).map((name) => {
      try {
        return readFileSync(join(collector.folder, name), 'latin1');
      } catch {
        return ''; // a folder, or gone meanwhile
      }
    });

  it('of commands refuses what names a person and keeps nothing of it, also of a letter', async () => {
    const named = [
      event({ properties: { $set: { email: `${CANARY}@example.org` } } }),
      event({ event: 17, properties: { owner: `${CANARY}@example.org` } }),
      event({ distinct_id: `${CANARY}@example.org` }),
    ];
    const answer = await collector.post('/batch/', batchOf(event(), ...named));
    expect(await answer.json()).toMatchObject({ rejected: 3 });
    const alone = await collector.post('/batch/', batchOf(named[0]));
    expect(alone.status).toBe(400);
    expect(await alone.json()).toMatchObject({ code: 'names_a_person' });
    const kept = await collector.admin('GET', '/api/v1/dead-letters');
    const { dead_letters } = (await kept.json()) as { dead_letters: { reason: string }[] };
    expect(dead_letters).toMatchObject(
      ['names_a_person', 'missing_event', 'names_a_person', 'names_a_person'].map((reason) => ({
        reason,
        payload: null,
        distinct_id: null,
      })),
    );
    expect(await collector.events()).toHaveLength(1);
    for (const text of [...files(), collector.output()]) expect(text.includes(CANARY)).toBe(false);
  });

  it('of a site takes it, from the next request after it became one', async () => {
    const one = () => batchOf(event({ event: '$identify', properties: { $set: { plan: 'x' } } }));
    expect((await collector.post('/batch/', one())).status).toBe(400);
    const changed = await collector.admin('PATCH', '/api/v1/projects/default', { kind: 'web' });
    expect(await changed.json()).toMatchObject({ name: 'default', kind: 'web' });
    expect((await collector.post('/batch/', one())).status).toBe(200);
    const wrong = await collector.admin('PATCH', '/api/v1/projects/default', { kind: 'shop' });
    expect(wrong.status).toBe(400);
    expect((await wrong.json()) as object).toMatchObject({
      detail: 'kind: use one of cli, installs, agents, web, product',
    });
  });

  it.each(KINDS)('of the kind %s takes the first event that the pages show', async (kind) => {
    const made = await collector.admin('POST', '/api/v1/projects', { name: 'new', kind });
    const { token } = (await made.json()) as { token: string };
    const { path, headers, body } = firstEvent(kind, token);
    expect((await collector.post(path, body, headers)).ok).toBe(true);
    expect((await collector.summary('?project=new')).totals.events).toBe(1);
    expect(firstCommand(kind, token, 'http://x')).toContain(`-d '${body}' http://x${path}`);
  });

  it('is called by its number before another is by its name', async () => {
    // Whether a collector lets another be called so or not: 4 is the fourth.
    await collector.admin('POST', '/api/v1/projects', { name: '4' });
    let id = 0;
    for (let n = 1; id < 4; n++) {
      const made = await collector.admin('POST', '/api/v1/projects', { name: `project ${n}` });
      ({ id } = (await made.json()) as { id: number });
    }
    const { project } = (await (
      await collector.admin('GET', '/api/v1/summary?project=4')
    ).json()) as { project: { id: number } };
    expect(project.id).toBe(4);
    for (const name of ['1', '4', '007']) {
      const made = await collector.admin('POST', '/api/v1/projects', { name });
      expect(made.status).toBe(400);
      expect(await made.json()).toMatchObject({ code: 'invalid_name' });
    }
    expect((await collector.admin('PATCH', '/api/v1/projects/1', { name: '2' })).status).toBe(400);
  });

  it('that is deleted takes nothing, and leaves nothing', async () => {
    const made = await collector.admin('POST', '/api/v1/projects', {
      name: 'gone',
      kind: 'agents',
    });
    const { id, token } = (await made.json()) as { id: number; token: string };
    const batch = { api_key: token, batch: [event({ distinct_id: CANARY, event: CANARY })] };
    await collector.post('/batch/', batch);
    await collector.post('/batch/', {
      api_key: token,
      batch: [event({ distinct_id: CANARY, event: 7 })],
    });
    await collector.post('/batch/', batchOf(event({ distinct_id: 'stays' })));
    expect(files().some((text) => text.includes(CANARY))).toBe(true);

    expect((await collector.admin('DELETE', `/api/v1/projects/${id}`)).status).toBe(400);
    expect((await collector.admin('DELETE', `/api/v1/projects/${id}?name=gon`)).status).toBe(400);
    const deleted = await collector.admin('DELETE', `/api/v1/projects/${id}?name=gone`);
    expect([200, 202]).toContain(deleted.status);
    expect(await deleted.json()).toMatchObject({
      deleted: { id, name: 'gone' },
      forgotten: { events: 1, dead_letters: 1 },
    });
    expect((await collector.post('/batch/', batch)).status).toBe(401);
    expect((await collector.admin('GET', `/api/v1/summary?project=${id}`)).status).toBe(404);
    expect(await (await collector.admin('GET', `/api/v1/tokens`)).text()).not.toContain(`${id},`);
    expect((await collector.events()).map(({ distinct_id }) => distinct_id)).toEqual(['stays']);
    expect(files().filter((text) => text.includes(CANARY))).toEqual([]);
    // Its number is nobody else's.
    const next = await collector.admin('POST', '/api/v1/projects', { name: 'gone' });
    expect(((await next.json()) as { id: number }).id).toBeGreaterThan(id);
  });
});
