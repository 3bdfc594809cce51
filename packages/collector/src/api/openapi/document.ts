// The OpenAPI document, made from the routes as they are described beside this file, the parameters and
// fields of packages/schema, and the types of answers. docs/openapi.json and docs/api.md are made of it.

import { KINDS } from '../../../../schema/src/columns.ts';
import { fieldsOf } from '../../../../schema/src/fields.ts';
import { answerSchemas } from './answers.ts';
import { asking } from './asking.ts';
import { erasures } from './erasing.ts';
import { letters } from './letters.ts';
import { machines } from './machines.ts';
import { projects, tokens } from './projects.ts';
import { publishing } from './publishing.ts';
import { records } from './records.ts';
import { type Answer, object, type Parameter, type Route, ref, text, type Who } from './route.ts';
import { EVENT, sending } from './sending.ts';
import { signing } from './signing.ts';
import { siteDescriptions } from './sites.ts';

/** The version of the API: of its paths, `/api/v1`, and what was added since. */
const VERSION = '1.2';

const ABOUT = `Events go in, questions are answered. Every body is JSON unless it says otherwise.

**Tokens.** A project's token (\`phc_…\`) lets one send, and nothing else. A token of scope \`read\` sees its
project, one of scope \`admin\` changes it; the admin token of the settings reads and changes everything. They
go into \`Authorization: Bearer …\`, or, for pages, into \`POST /api/v1/login\` once.

**Errors** have one shape, \`Error\`: a \`code\` for programs, a \`detail\` for people. 4xx: the request is wrong, and
sending it again does not help (429: later). 503: not now; send it again. 500: a mistake of the collector's.

**Versions.** The paths that SDKs use are PostHog's and keep its versions (\`/i/v1/…\`); they change only as
PostHog's do. Below \`/api/v1\`, parameters, members of answers and routes are only added: clients ignore what
they do not know. What has to change otherwise becomes \`/api/v2\`, and \`/api/v1\` stays beside it for at least a
year. \`info.version\` counts additions.`;

export const ROUTES: readonly Route[] = [
  ...asking,
  ...publishing,
  ...sending,
  ...siteDescriptions,
  ...projects,
  ...tokens,
  ...erasures,
  ...letters,
  ...records,
  ...signing,
  ...machines,
];

/** What a kind of project can be asked about, by the names of fields. */
const fields = () => ({
  description: 'The fields of events that have names, by the kind of project.',
  type: 'object',
  properties: Object.fromEntries(
    KINDS.map((kind) => [
      kind,
      {
        type: 'object',
        properties: Object.fromEntries(
          fieldsOf(kind).map(({ name, type, label, doc }) => [
            name,
            { title: label, description: doc, 'x-type': type },
          ]),
        ),
      },
    ]),
  ),
});

const SECURITY: Record<Who, object[]> = {
  anybody: [],
  token: [{ project: [] }],
  reader: [{ reader: [] }, { cookie: [] }],
  changer: [{ changer: [] }, { cookie: [] }],
  admin: [{ admin: [] }, { cookie: [] }],
};

const parameterOf = ({ name, doc, schema, required, example, isList }: Parameter) => ({
  name,
  in: 'query',
  description: doc,
  ...(required && { required }),
  ...(example !== undefined && { example: isList ? [example] : example }),
  schema: isList
    ? { type: 'array', items: schema ?? { type: 'string' } }
    : (schema ?? { type: 'string' }),
  ...(isList && { style: 'form', explode: true }),
});

function operationOf(route: Route, path: string) {
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
  const parameters = [...inPath, ...(route.query ?? []).map(parameterOf)];
  const error = { content: { 'application/json': { schema: ref('Error') } } };
  const answers = Object.entries({
    ...route.answers,
    ...(!['anybody', 'token'].includes(route.who) && { 401: { doc: 'There is no such token.' } }),
  } as Record<string, Answer>).map(([status, { doc, schema, type }]) => {
    const media = schema ? 'application/json' : type;
    const content = media ? { content: { [media]: { schema: schema ?? { type: 'string' } } } } : {};
    return [status, { description: doc, ...(Number(status) >= 400 ? error : content) }];
  });
  return {
    tags: [route.tag],
    summary: route.summary,
    ...(route.doc && { description: route.doc }),
    security: SECURITY[route.who],
    ...(parameters.length > 0 && { parameters }),
    ...(route.body && {
      requestBody: {
        description: route.body.doc,
        required: true,
        content: {
          'application/json': {
            schema: route.body.schema,
            ...(route.body.example !== undefined && { example: route.body.example }),
          },
        },
      },
    }),
    responses: Object.fromEntries(answers),
  };
}

/** The document. */
export function openApi() {
  const paths: Record<string, Record<string, object | string>> = {};
  for (const route of ROUTES) {
    for (const at of route.at) {
      const [method, path] = at.split(' ') as [string, string];
      paths[path] ??= {};
      paths[path][method.toLowerCase()] = operationOf(route, path);
    }
  }
  // Paths that mean the same are written once.
  const first = new Map<string, string>();
  for (const [path, operations] of Object.entries(paths)) {
    const key = JSON.stringify(operations);
    const known = first.get(key);
    if (known === undefined) first.set(key, path);
    else paths[path] = { $ref: `#/paths/${encodeURI(known.replaceAll('/', '~1'))}` };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'The collector',
      version: VERSION,
      description: ABOUT,
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: 'http://127.0.0.1:8010' }],
    tags: ['Questions', 'Published', 'Sending', 'Keeping', 'Machines'].map((name) => ({ name })),
    paths,
    components: {
      securitySchemes: {
        reader: { type: 'http', scheme: 'bearer', description: 'A token of scope read or admin.' },
        changer: { type: 'http', scheme: 'bearer', description: 'A token of scope admin.' },
        admin: { type: 'http', scheme: 'bearer', description: 'The admin token of all projects.' },
        cookie: { type: 'apiKey', in: 'cookie', name: 'collector_session' },
        project: {
          type: 'http',
          scheme: 'bearer',
          description: 'A project’s token; SDKs put it into the body.',
        },
      },
      schemas: {
        Event: EVENT,
        Fields: fields(),
        Error: object({
          type: text(),
          code: text('For programs: a closed set.'),
          detail: text('For people: what happened, and what to do.'),
        }),
        ...Object.fromEntries(answerSchemas()),
      },
    },
  };
}
