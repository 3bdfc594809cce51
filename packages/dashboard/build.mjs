// Builds the pages. dist/report.html is one file that carries a summary inside of itself (the shim puts
// it there) and connects to nothing. dist/index.html and dist/assets/ are what the collector serves:
// a small page, and files that are named by their content, so that browsers keep them, and are there
// compressed as well.

import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { rolldown } from 'rolldown';

const at = (...parts) => join(import.meta.dirname, ...parts);
const read = (file) => readFileSync(at('src', file), 'utf8');
const require = createRequire(import.meta.url);

const EMBEDDED = '<script type="application/json" id="summary">{"summary":"goes here"}</script>';
const LICENSE =
  '/*! Contains Preact (https://preactjs.com) and uPlot (https://github.com/leeoniya/uPlot), (c) their contributors, MIT License. */\n';

async function script(entry) {
  const bundle = await rolldown({
    input: at('src', entry),
    platform: 'browser',
  });
  const { output } = await bundle.generate({ format: 'iife', minify: true, comments: false });
  const code = LICENSE + output[0].code.trim();
  if (/<\/script|<!--|\r/i.test(code)) throw new Error('the script would end its own element');
  return code;
}

const smaller = (css) =>
  css
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/\s*\n\s*/g, '\n')
    .trim();

/** The style of all pages. */
function style() {
  const plots = readFileSync(require.resolve('uplot/dist/uPlot.min.css'), 'utf8');
  return smaller(`${plots}\n${read('style.css')}`);
}

const sha256 = (text, encoding) => createHash('sha256').update(text).digest(encoding);
const hash = (text) => `'sha256-${sha256(text, 'base64')}'`;

const policyOf = (rules) =>
  `<meta http-equiv="Content-Security-Policy" content="${rules.join('; ')}">`;

const NO_ROBOTS = '<meta name="robots" content="noindex">';

/** Writes a page: each mark is filled, and a line of a mark without a part goes. */
function writePage(name, parts) {
  // A function, because a `$` in a text means nothing here.
  const page = read('page.html').replace(/<!--(\w+)-->(\n?)/g, (_mark, part, end) =>
    parts[part] === undefined ? '' : parts[part] + end,
  );
  writeFileSync(at('dist', name), page);
}

/** The page of `report --html`: its own script and its own style, by their hashes, and nothing else. */
async function report() {
  const code = await script('report/main.tsx');
  const css = style();
  const policy = policyOf([
    "default-src 'none'",
    `script-src ${hash(code)}`,
    `style-src ${hash(css)}`,
    'img-src data:',
    "connect-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
  ]);
  writePage('report.html', {
    policy,
    robots: NO_ROBOTS,
    title: 'Usage',
    style: `<style>${css}</style>`,
    noscript: 'This report is drawn by a script inside of it, which this browser does not run.',
    data: EMBEDDED,
    script: `<script>${code}</script>`,
  });
}

/** Writes a file of dist/assets, and its compressed forms. Gives its path on the collector. */
function asset(name, ending, text) {
  const file = `assets/${name}-${sha256(text, 'hex').slice(0, 12)}.${ending}`;
  const quality = { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY };
  writeFileSync(at('dist', file), text);
  writeFileSync(at('dist', `${file}.br`), brotliCompressSync(text, { params: quality }));
  writeFileSync(at('dist', `${file}.gz`), gzipSync(text, { level: 9 }));
  return `/${file}`;
}

const linked = (script, style) => ({
  script: `<script defer src="${script}"></script>`,
  style: `<link rel="stylesheet" href="${style}">`,
});

/** The pages of a collector. */
async function pages() {
  const css = asset('pages', 'css', style());
  writePage('index.html', {
    ...linked(asset('pages', 'js', await script('app/main.tsx')), css),
    robots: NO_ROBOTS,
    title: 'Usage',
    noscript: 'These pages are drawn by a script, which this browser does not run.',
  });
  // Strangers read it: it has what it shows, and nothing of the pages behind the login.
  writePage('public.html', {
    ...linked(asset('public', 'js', await script('public/main.tsx')), css),
    title: 'Published usage',
    noscript:
      'This page is drawn by a script, which this browser does not run. The same figures as JSON are at /api/v1/public/ and the project’s name.',
  });
}

/** Builds everything. */
export async function build() {
  rmSync(at('dist'), { recursive: true, force: true });
  mkdirSync(at('dist/assets'), { recursive: true });
  await report();
  await pages();
}

if (process.argv[1] === import.meta.filename) await build();
