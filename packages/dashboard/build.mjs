// Builds the page into one file for each host: dist/report.html carries a summary inside of itself
// (the shim puts it there), dist/index.html asks the collector that serves it.
//
// Everything is inlined, and a Content-Security-Policy allows this very script and this very style,
// by their hashes, and nothing else.

import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { rolldown } from 'rolldown';

const at = (...parts) => join(import.meta.dirname, ...parts);
const read = (file) => readFileSync(at('src', file), 'utf8');

/** What the collector offers. Paths: the page is served by the collector itself. */
const COLLECTOR = {
  summary: '/api/v1/summary',
  projects: '/api/v1/projects',
  live: '/api/v1/live',
  login: '/api/v1/login',
};

const EMBEDDED = '<script type="application/json" id="summary">{"summary":"goes here"}</script>';
const LICENSE =
  '/*! Contains Chart.js (https://www.chartjs.org), (c) its contributors, MIT License. */\n';

async function script() {
  const bundle = await rolldown({ input: at('src/main.ts'), platform: 'browser' });
  const { output } = await bundle.generate({ format: 'iife', minify: true, comments: false });
  const code = LICENSE + output[0].code.trim();
  if (/<\/script|<!--|\r/i.test(code)) throw new Error('the script would end its own element');
  return code;
}

const style = () =>
  read('style.css')
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/\s*\n\s*/g, '\n')
    .trim();

const hash = (text) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

function policy(code, css, connect) {
  return [
    "default-src 'none'",
    `script-src ${hash(code)}`,
    `style-src ${hash(css)}`,
    'img-src data:',
    `connect-src ${connect}`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
}

/** Fills the marks of the page; a function, because a `$` in a text means nothing here. */
const fill = (page, parts) => page.replace(/<!--(\w+)-->/g, (_mark, name) => parts[name]);

/** Builds both files. */
export async function build() {
  const [code, css] = [await script(), style()];
  const page = read('page.html').replace(/\n\s*/g, '\n');
  const metas = Object.entries(COLLECTOR)
    .map(([name, path]) => `<meta name="${name}" content="${path}">`)
    .join('\n');
  mkdirSync(at('dist'), { recursive: true });
  const write = (file, policyText, data) =>
    writeFileSync(
      at('dist', file),
      fill(page, {
        policy: `<meta http-equiv="Content-Security-Policy" content="${policyText}">`,
        data,
        style: `<style>${css}</style>`,
        script: `<script>${code}</script>`,
      }),
    );
  write('report.html', policy(code, css, "'none'"), EMBEDDED);
  write('index.html', policy(code, css, "'self'"), metas);
}

if (process.argv[1] === import.meta.filename) await build();
