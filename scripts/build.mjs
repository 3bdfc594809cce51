// Builds bin/onramp-analytics: what is generated in src/, then tsc, then ncc, then the one file. The
// page of dashboard/ is built before: `npm run build` does both.

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants } from 'node:zlib';
import { readPackageJSON } from 'pkg-types';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const at = (...parts) => join(root, ...parts);
const require = createRequire(import.meta.url);

/** The files that `init` copies into a host project, carried inside of the bundle. */
const TEMPLATES = ['GNUmakefile', 'analytics.mk', 'track.sh'];

const MADE = '// Made by `npm run build`. Do not edit.\n';

/** The files of src/ that are made: their paths and texts. */
export async function generate() {
  const { name, version } = await readPackageJSON(root);
  const templates = TEMPLATES.map(
    (file) =>
      `  ${JSON.stringify(file)}: ${JSON.stringify(readFileSync(at('make', file), 'utf8'))},`,
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

// The wrapper makes the file work whatever `type` the nearest package.json has, and says a clear
// word on an old Node (and on 21 and 22.0 to 22.2, which lack what 20.20 has).
const HEAD = `#!/usr/bin/env node
// onramp-analytics. Built from src/ by \`npm run build\`; the sources are the thing to read.
var v = process.versions.node.split('.');
if (v[0] < 20 || (v[0] == 20 && v[1] < 20) || !process.getBuiltinModule) {
  var isTracking = /^(track|flush|collect|notice)$/.test(process.argv[2]);
  if (!isTracking) console.error('onramp-analytics needs Node.js 20.20 or newer (of 22, 22.3); this is ' +
    process.version + '. Your make commands work without it.');
  process.exit(isTracking ? 0 : 1);
}
`;
const REQUIRE = `typeof require === 'function' ? require : process.getBuiltinModule('node:module').createRequire(process.argv[1])`;

/** What stands for the end of a comment inside of one. */
const NO_END = '*~/';

/** The whole file: the start, then the parts that it runs, as src/bundle/start.ts expects them. */
function fileOf(start, parts) {
  const functions = Object.entries(parts).map(([name, text]) => {
    if (text.includes(NO_END)) throw new Error(`${name} holds ${NO_END}`);
    return `${name}: function () {/*${text.replaceAll('*/', NO_END)}*/},\n`;
  });
  const hash = createHash('sha256').update(JSON.stringify(parts)).digest('hex');
  const values = [
    REQUIRE,
    '{ exports: {} }',
    "''",
    JSON.stringify(hash.slice(0, 16)),
    JSON.stringify(NO_END),
    `{\n${functions.join('')}}`,
  ];
  return `${HEAD}(function (nodeRequire, module, __dirname, fingerprint, noEnd, texts) {
const require = nodeRequire;
${start}
})(
${values.join(',\n')});
`;
}

/** A part: a function of what the start hands it, which returns the module's exports. */
const partOf = (code) =>
  `(function (require, bundle) { const module = { exports: {} }, __dirname = '';\n${code}\nreturn module.exports; })`;

/** Node reads a file faster when all of it is ASCII. */
const ascii = (code) =>
  code.replace(
    /[\u0080-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

/** What a tracking shim has no use for: the larger parts of PostHog's client that are not events. */
const UNUSED = {
  'posthog-node': [
    'capture-v1/sender',
    'emails/emails',
    'extensions/feature-flags/feature-flags',
    'feature-flag-evaluations',
  ],
  '@posthog/core': ['featureFlagLocalEvaluation', 'logs/index', 'metrics/index', 'traces/index'],
};

/**
 * Copies PostHog's packages and leaves out the parts above: their exports stay, as undefined, so
 * that a use of one fails loudly. Half of the client's code is never parsed then, by any command.
 */
function trim() {
  // The others, and the bundler, as they are: it numbers modules by their paths and its own, so the
  // bundle would depend on where node_modules is.
  for (const name of ['citty', 'dotenv', 'uuid', '@vercel/ncc']) {
    cpSync(at('node_modules', name), at('build/node_modules', name), { recursive: true });
  }
  for (const [name, unused] of Object.entries(UNUSED)) {
    const copy = at('build/node_modules', name);
    cpSync(at('node_modules', name), copy, { recursive: true });
    const description = JSON.parse(readFileSync(join(copy, 'package.json'), 'utf8'));
    // A module that nobody imports from need not be bundled. True of them, but not declared there.
    writeFileSync(
      join(copy, 'package.json'),
      JSON.stringify({ ...description, sideEffects: false }),
    );
    for (const part of unused) {
      const file = join(copy, 'dist', `${part}.mjs`);
      const text = readFileSync(file, 'utf8');
      const passedOn = text.match(/^export \{[^}]*\} from .*$/gm) ?? [];
      const names = [...text.matchAll(/^export \{([^}]*)\};?$/gm)]
        .flatMap(([, list]) => list.split(','))
        .map((each) =>
          each
            .trim()
            .split(/\s+as\s+/)
            .at(-1),
        );
      const stubs = names.map((each) => `leftOut as ${each}`).join(', ');
      const lines = [...passedOn, 'const leftOut = undefined;', `export { ${stubs} };`];
      writeFileSync(file, `${lines.join('\n')}\n`);
    }
  }
}

/** One module with everything it imports, minified: what is not parsed takes no time. */
async function bundle(entry) {
  const ncc = require(at('build/node_modules/@vercel/ncc'));
  const options = { quiet: true, cache: false, minify: true, target: 'es2022' };
  const { code } = await ncc(at(entry), options);
  return ascii(code);
}

/**
 * A text, compressed. Brotli gives the same bytes on every machine; gzip does not.
 */
function pack(text) {
  const bytes = Buffer.from(text);
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
    [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
  };
  return brotliCompressSync(bytes, { params }).toString('base64');
}

/** Makes a module whose exports come from a part of the bundle of the one with the code. */
function replaceByPart(module, part) {
  const file = at('build', `${module}.js`);
  const exported = readFileSync(file, 'utf8').matchAll(/^export \{ default as (\w+) \}/gm);
  const names = [...exported].map(([, name]) => name);
  writeFileSync(file, `export const { ${names.join(', ')} } = bundle.run('${part}');\n`);
}

/**
 * The parts: the commands that record and send, those that are run seldom as a compressed text, and
 * what is left: `status`, `show-id` and the way to the others. In the compressed text, the report's
 * page is a compressed text again: it is unpacked by `report --html` alone.
 */
async function makeParts() {
  const page = readFileSync(at('dashboard/dist/report.html'), 'utf8');
  writeFileSync(
    at('build/report/page.js'),
    `export const PACKED = ${JSON.stringify(pack(page))};\n`,
  );
  const often = partOf(await bundle('build/commands/often.js'));
  const seldom = pack(partOf(await bundle('build/commands/seldom.js')));
  replaceByPart('commands/often', 'often');
  replaceByPart('commands/seldom', 'seldom');
  return { main: partOf(await bundle('build/cli.js')), often, seldom };
}

async function build() {
  for (const [file, text] of Object.entries(await generate())) writeFileSync(at(file), text);
  rmSync(at('build'), { recursive: true, force: true });
  execFileSync(process.execPath, [at('node_modules/typescript/bin/tsc'), '-p', root], {
    stdio: 'inherit',
  });
  trim();
  const parts = await makeParts();
  const start = await bundle('build/bundle/start.js');
  mkdirSync(at('bin'), { recursive: true });
  writeFileSync(at('bin/onramp-analytics'), fileOf(start, parts));
  chmodSync(at('bin/onramp-analytics'), 0o755);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await build();
