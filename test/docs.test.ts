// The docs: every link leads somewhere, and what stands in two places is the same in both.

import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { TEMPLATES } from '../src/templates';
import { ROOT } from './support/run';

const PAGES = [
  ...readdirSync(ROOT).filter((name) => name.endsWith('.md')),
  ...readdirSync(join(ROOT, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

const textOf = (page: string) => readFileSync(join(ROOT, page), 'utf8');

/** The anchors of a page's headings, as GitHub makes them. */
function anchorsOf(page: string): string[] {
  return [...textOf(page).matchAll(/^#+ (.+)$/gm)].map(([, title]) =>
    title!
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

/** The links of a page to files and headings of this repository. */
function linksOf(page: string): string[] {
  const prose = textOf(page).replace(/^```[\s\S]*?^```$/gm, '');
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, link]) => link!)
    .filter((link) => !/^[a-z]+:/.test(link));
}

describe.each(PAGES)('%s', (page) => {
  it('has no link that leads nowhere', () => {
    for (const link of linksOf(page)) {
      const [path = '', anchor] = link.split('#');
      const target = path === '' ? page : join(dirname(page), path);
      expect(existsSync(join(ROOT, target)), link).toBe(true);
      if (anchor !== undefined) expect(anchorsOf(target), link).toContain(anchor);
    }
  });
});

it('the page that hosts get is docs/analytics.md, and links to nothing outside of itself', () => {
  expect(TEMPLATES['README.md']).toBe(textOf('docs/analytics.md'));
  for (const link of linksOf('docs/analytics.md')) expect(link).toMatch(/^#/);
});

it('the map names every folder of src/, and no other', () => {
  const map = textOf('docs/architecture.md');
  const [picture = ''] = /^```\n[\s\S]*?^```$/m.exec(map) ?? [];
  const folders = readdirSync(join(ROOT, 'src')).filter((name) =>
    statSync(join(ROOT, 'src', name)).isDirectory(),
  );
  const named = [...picture.matchAll(/ ([a-z]+)\/(?= )/g)].map(([, name]) => name!);
  expect(named.sort()).toEqual(folders.sort());
});
