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

/** The links of a page to files, pictures and headings of this repository. */
function linksOf(page: string): string[] {
  const prose = textOf(page).replace(/^```[\s\S]*?^```$/gm, '');
  return [...prose.matchAll(/\]\(([^)\s]+)\)|(?:src|srcset)="([^"]+)"/g)]
    .map(([, link, picture]) => link ?? picture!)
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

describe('what README promises', () => {
  const readme = textOf('README.md');
  const promises = readme.split(/\n(?=- |\n)/).filter((part) => part.startsWith('- **'));

  it.each(['no process', 'same output'])('(%s) has its exceptions one link away', (words) => {
    const said = promises.filter((promise) =>
      promise.replace(/\s+/g, ' ').toLowerCase().includes(words),
    );
    expect(said).toHaveLength(1);
    expect(said[0]).toContain('](docs/transparency.md#');
  });

  // Each row of README's table: which rows of the page of measurements it speaks for, and in what unit.
  it.each([
    ['a `make` command, analytics off', /^(make|tracking),? off:.* added/, / ms added/],
    ['a `make` command, analytics on', /^(make|tracking),? on[:,].* added/, / ms added/],
    ['`track`, waiting for the server', /^track, .*against node -e 0/, / ×/],
  ])('(%s) is the worst that was measured, not the best', (name, rows, unit) => {
    const figure = (text: string) => Number(/(-?[\d.]+)(?= ms added| ×)/.exec(text)?.[1]);
    const measured = textOf('docs/benchmark.md')
      .split('\n')
      .filter((line) => line.startsWith('| '))
      .map((line) => line.slice(2).split(' | '))
      .filter(
        ([what, must = '', reached = '']) => rows.test(`${what} ${must}`) && unit.test(reached),
      )
      .map(([, , reached = '']) => figure(reached));
    const shown = readme.split('\n').find((line) => line.startsWith(`| ${name} |`))!;
    expect(measured).not.toEqual([]);
    expect(figure(shown.split(' | ')[1]!)).toBe(Math.max(...measured));
    expect(figure(shown.split(' | ')[1]!)).toBeGreaterThan(0); // Nothing makes a command faster.
  });
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
