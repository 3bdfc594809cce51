// Builds bin/onramp-analytics: what is generated in src/, then tsc, then ncc, then the one file, as it
// comes: not minified, with its comments, so that it can be read. The page of packages/dashboard is
// built before: `npm run build` does both.

import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants } from 'node:zlib';
import { readPackageJSON } from 'pkg-types';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const at = (...parts) => join(root, ...parts);
const require = createRequire(import.meta.url);

/** The files that `init` copies into a host project, carried inside of the bundle. */
const TEMPLATES = {
  GNUmakefile: 'make/GNUmakefile',
  'analytics.mk': 'make/analytics.mk',
  track: 'make/track',
  'README.md': 'docs/analytics.md',
};

const MADE = '// Made by `npm run build`. Do not edit.\n';

/** The files of src/ that are made: their paths and texts. */
export async function generate() {
  const { name, version } = await readPackageJSON(root);
  const templates = Object.entries(TEMPLATES).map(
    ([name, file]) =>
      `  ${JSON.stringify(name)}: ${JSON.stringify(readFileSync(at(file), 'utf8'))},`,
  );
  return {
    'src/generated.ts': [
      `${MADE}`,
      `export const NAME = ${JSON.stringify(name)};`,
      `export const VERSION = ${JSON.stringify(version)};`,
      '',
    ].join('\n'),
    'src/templates.ts': [
      `${MADE}`,
      'export const TEMPLATES: Readonly<Record<string, string>> = {',
      ...templates,
      '};',
      '',
    ].join('\n'),
  };
}

// Old versions of Node read this part as well: no newer syntax in it. In a file without the ending
// `.js`, the nearest package.json decides what `require` is; so it is asked for by name.
const HEAD = `#!/usr/bin/env node
// onramp-analytics: opt-in, anonymous usage analytics for projects that people drive with make.
// Built from src/ and packages/schema by \`npm run build\`, byte for byte; each file of it begins with its path.
var nodeVersion = process.versions.node.split('.');
if (nodeVersion[0] < 20 || (nodeVersion[0] == 20 && nodeVersion[1] < 16) || !process.getBuiltinModule) {
  var isTracking = /^(track|flush|collect|notice)$/.test(process.argv[2]);
  if (!isTracking) console.error('onramp-analytics needs Node.js 20.16 or newer (of 22, 22.3); this is ' +
    process.version + '. Your make commands work without it.');
  process.exit(isTracking ? 0 : 1);
}
(function (require, module, __dirname) {
`;
const TAIL = `
})(typeof require === 'function' ? require
  : process.getBuiltinModule('node:module').createRequire(process.argv[1]), { exports: {} }, '');
`;

/** A text, compressed. Brotli gives the same bytes on every machine; gzip does not. */
function pack(text) {
  const bytes = Buffer.from(text);
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
    [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
  };
  return brotliCompressSync(bytes, { params }).toString('base64');
}

/** Says in each file of build/ where it comes from: ncc puts them into one, without their names. */
function nameFiles() {
  for (const file of readdirSync(at('build'), { recursive: true })) {
    if (!file.endsWith('.js')) continue;
    const text = readFileSync(at('build', file), 'utf8');
    writeFileSync(at('build', file), `// ${file.replace(/\.js$/, '.ts')}\n${text}`);
  }
}

/** The report's page is data, and packed: it is unpacked by `report --html` alone. */
function packPage() {
  const page = readFileSync(at('packages/dashboard/dist/report.html'), 'utf8');
  const text = `export const PACKED = ${JSON.stringify(pack(page))};\n`;
  writeFileSync(at('build/src/report/page.js'), text);
}

/** V8 reads a file faster, and keeps it in half the memory, when all of it is ASCII. */
const ascii = (code) =>
  code.replace(
    /[\u0080-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

/**
 * One module with everything it imports. posthog-node's e-mails ask for a package that is not here.
 *
 * `target` is about the functions that webpack puts around modules; what is in them stays as it is.
 * For es5 those are `(function (…) {…})`, which V8 compiles in one pass. Arrow functions it passes over
 * when it reads the file, and reads again when the module is asked for: `track` waits 12 ms for that.
 */
async function bundle(entry) {
  const ncc = require('@vercel/ncc');
  const options = { quiet: true, cache: false, minify: false, target: 'es5' };
  const { code, assets } = await ncc(at(entry), { ...options, externals: ['@react-email/render'] });
  if (Object.keys(assets).length > 0) throw new Error(`not one file: ${Object.keys(assets)}`);
  return ascii(code);
}

/** Everything, in order. */
export async function build() {
  for (const [file, text] of Object.entries(await generate())) writeFileSync(at(file), text);
  rmSync(at('build'), { recursive: true, force: true });
  execFileSync(process.execPath, [at('node_modules/typescript/bin/tsc'), '-p', root], {
    stdio: 'inherit',
  });
  packPage();
  nameFiles();
  const code = await bundle('build/src/cli.js');
  mkdirSync(at('bin'), { recursive: true });
  writeFileSync(at('bin/onramp-analytics'), HEAD + code + TAIL);
  chmodSync(at('bin/onramp-analytics'), 0o755);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await build();
