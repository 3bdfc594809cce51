// Routes of sites: what their pages load and send, and their numbers.

import { list, nullable, object, partial, type Route, text, whole } from './route.ts';

const REFUSED = {
  400: { doc: 'Nothing was taken, and never will be: `code` says why.' },
  404: { doc: 'No site of this id is counted here.' },
  413: { doc: 'More than 64 KB, or more than 50 events.' },
  429: { doc: 'Too much in a minute.' },
  503: { doc: 'Not stored now: send it again after `Retry-After`.' },
};

const SITE = {
  id: text(),
  domain: text('Its host. Hosts below it are its own, too.'),
  name: text(),
  domainKey: text('What its pages name it by: public.'),
  hosts: list(text('Another host that may send for it, such as localhost.')),
  sessionMinutes: whole('So long without an event ends a visit.'),
  timeZone: text('Whose days its numbers have.'),
  embedCode: nullable(text('What goes into its pages; null where the tracker was not built.')),
};
const site = object(SITE);

const NUMBERS = {
  views: whole('Pages shown, in visits that began in the range.'),
  visits: whole(),
  visitors: whole('Different ones, in the whole range.'),
  bounceRate: whole('Of a hundred visits: one page, nothing done, read for less than ten seconds.'),
  avgDuration: whole('Of a visit, in seconds.'),
};

const RANGE = [
  {
    name: 'start',
    doc: 'The first day, in the site’s time zone; 30 days ago if it is missing.',
    example: '2026-01-01',
  },
  {
    name: 'end',
    doc: 'The last day, included; today if it is missing.',
    example: '2026-01-31',
  },
];

const ID = 'its number, its key or its domain';
const { id: _id, embedCode: _code, name: _name, timeZone: _zone, ...CHANGES } = SITE;
const change = { doc: `What of it is to change; \`id\` is ${ID}.`, schema: partial(CHANGES) };

export const siteDescriptions: readonly Route[] = [
  {
    at: ['GET /tracker.js', 'GET /js/script.js'],
    tag: 'Sites',
    who: 'anybody',
    summary: 'The tracker that pages load.',
    doc: 'With `?v=` and its version, as `embedCode` has it, it may be kept for good. The second address is for pages with Plausible’s snippet.',
    query: [{ name: 'v', doc: 'Its version.' }],
    answers: {
      200: { doc: 'The script.', type: 'text/javascript' },
      304: { doc: 'The browser has it.' },
      404: { doc: 'It was not built here.' },
    },
  },
  {
    at: ['POST /api/v2/track/{siteId}'],
    tag: 'Sites',
    who: 'anybody',
    summary: 'What a page tells, as LittleStats’ script and ours say it.',
    doc: `A payload, or \`{"events": [payload, …], "sentAt": ms}\`, as JSON of any media type, plain or gzip. A page of a host
that is not the site’s, and a program that calls itself one, get 200 too: a page should not send it again.`,
    body: {
      doc: 'Up to 64 KB and 50 events.',
      schema: partial({
        type: { type: 'string', enum: ['pageview', 'event', 'identify', 'page_exit'] },
        url: text('The page: its path and query, or its whole address.'),
        referrer: text(),
        title: text(),
        screen: text('Width and height, such as 1920x1080.'),
        language: text(),
        name: text('Of an event.'),
        data: { type: 'object' },
        id: text('Of `identify`: who it is.'),
        visitorId: text('As the tracker keeps it; without one, visitors are told apart for a day.'),
        uuid: text('Makes sending it again harmless.'),
        at: whole('When it happened, in ms since 1970 by the browser’s clock.'),
        engaged: whole('Of `page_exit`: how long the page was read, in ms.'),
      }),
      example: {
        type: 'pageview',
        url: '/pricing?utm_source=letter',
        referrer: 'https://example.com/',
      },
    },
    answers: {
      200: {
        doc: 'On the disk. `cache` is the visit that it belongs to.',
        schema: {
          ...partial({
            success: { type: 'boolean' },
            cache: object({ visitId: text(), iat: whole(), sessionStart: whole() }),
          }),
          required: ['success'],
        },
      },
      ...REFUSED,
    },
  },
  {
    at: ['POST /api/event'],
    tag: 'Sites',
    who: 'anybody',
    summary: 'What Plausible’s script and packages say.',
    doc: 'The site is named by its domain.',
    body: {
      doc: 'An event; `n`, `u`, `d`, `r` and `p` mean the same.',
      schema: partial({
        name: text('`pageview`, or the site’s own.'),
        url: text(),
        domain: text(),
        referrer: nullable(text()),
        props: { type: 'object' },
      }),
      example: { name: 'pageview', url: 'https://example.org/', domain: 'example.org' },
    },
    answers: { 202: { doc: 'On the disk.', type: 'text/plain' }, ...REFUSED },
  },
  {
    at: ['GET /api/v2/sites'],
    tag: 'Sites',
    who: 'reader',
    summary: 'The sites.',
    answers: {
      200: { doc: 'Those that the token may see.', schema: object({ sites: list(site) }) },
    },
  },
  {
    at: ['POST /api/v2/sites'],
    tag: 'Sites',
    who: 'admin',
    summary: 'A new site: a project of the kind `web`.',
    body: {
      doc: 'A site that was counted elsewhere keeps its id as `domainKey`.',
      schema: {
        ...partial({ ...CHANGES, name: text('Its domain if it is missing.') }),
        required: ['domain'],
      },
      example: { domain: 'example.org', name: 'Example' },
    },
    answers: {
      201: {
        doc: 'It was made.',
        schema: object({
          ...SITE,
          token: text('To send with, as SDKs do. It is shown this once.'),
        }),
      },
      400: { doc: 'Something in it is no domain, no list of hosts, no key.' },
      409: { doc: 'Another site has this domain, this key or this name.' },
    },
  },
  {
    at: ['PATCH /api/v2/sites/{id}'],
    tag: 'Sites',
    who: 'changer',
    summary: 'Changes a site.',
    body: change,
    answers: {
      200: { doc: 'As it is now.', schema: site },
      400: { doc: 'Something in it is no domain, no list of hosts, no key.' },
      404: { doc: 'There is no such site.' },
      409: { doc: 'Another site has this domain or this key.' },
    },
  },
  {
    at: ['GET /api/v2/sites/{id}/stats'],
    tag: 'Sites',
    who: 'reader',
    summary: 'Views, visits, visitors, bounces and duration, beside the range before.',
    doc: `A visit counts where it began. \`id\` is ${ID}.`,
    query: RANGE,
    answers: {
      200: {
        doc: 'The numbers; `change` is in percent.',
        schema: object({
          siteId: text(),
          period: object({ start: text(), end: text() }),
          ...NUMBERS,
          change: object(NUMBERS),
        }),
      },
      400: { doc: 'A day is none.' },
      404: { doc: 'There is no such site.' },
    },
  },
  {
    at: ['GET /api/v2/sites/{id}/entry-pages', 'GET /api/v2/sites/{id}/exit-pages'],
    tag: 'Sites',
    who: 'reader',
    summary: 'The pages that visits began with, and those that they ended with.',
    doc: `The most frequent first. \`id\` is ${ID}.`,
    query: [
      ...RANGE,
      { name: 'limit', doc: 'Up to 1,000; 10 if it is missing.', schema: { type: 'integer' } },
    ],
    answers: {
      200: {
        doc: 'The pages.',
        schema: object({
          pages: list(
            object({ path: text(), visits: whole(), visitors: whole(), bounceRate: whole() }),
          ),
        }),
      },
      400: { doc: 'A day is none.' },
      404: { doc: 'There is no such site.' },
    },
  },
];
