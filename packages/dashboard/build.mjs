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

/** Fills the marks of the page; a function, because a `$` in a text means nothing here. */
const fill = (page, parts) => page.replace(/<!--(\w+)-->/g, (_mark, name) => parts[name]);

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
  const page = read('report/page.html').replace(/\n\s*/g, '\n');
  const parts = { policy, data: EMBEDDED, style: `<style>${css}</style>` };
  writeFileSync(
    at('dist/report.html'),
    fill(page, { ...parts, script: `<script>${code}</script>` }),
  );
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

/** The pages of a collector. */
async function pages() {
  const code = await script('app/main.tsx');
  const css = style();
  const files = { script: asset('pages', 'js', code), style: asset('pages', 'css', css) };
  writePage('index.html', 'app/page.html', files);
  // Strangers read it: it has what it shows, and nothing of the pages behind the login.
  const figures = asset('public', 'js', await script('public/main.tsx'));
  writePage('public.html', 'public/page.html', { script: figures, style: files.style });
}

const writePage = (name, source, files) =>
  writeFileSync(at('dist', name), fill(read(source).replace(/\n\s*/g, '\n'), files));

/** Builds everything. */
export async function build() {
  rmSync(at('dist'), { recursive: true, force: true });
  mkdirSync(at('dist/assets'), { recursive: true });
  await report();
  await pages();
}

if (process.argv[1] === import.meta.filename) await build();
