// Builds bin/onramp-analytics: src/generated.ts, then tsc, then ncc, then the wrapper around it. The
// page of dashboard/ is built before: `npm run build` does both.

import { execFileSync } from 'node:child_process';
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

export async function generate() {
  const { name, version } = await readPackageJSON(root);
  const templates = TEMPLATES.map(
    (file) =>
      `  ${JSON.stringify(file)}: ${JSON.stringify(readFileSync(at('make', file), 'utf8'))},`,
  );
  return [
    '// Made by `npm run build` from package.json and make/. Do not edit.',
    '',
    `export const NAME = ${JSON.stringify(name)};`,
    `export const VERSION = ${JSON.stringify(version)};`,
    'export const TEMPLATES: Readonly<Record<string, string>> = {',
    ...templates,
    '};',
    '',
  ].join('\n');
}

// The wrapper makes the file work whatever `type` the nearest package.json has, and says a clear
// word on an old Node. The function is compiled only when it is called.
const HEAD = `#!/usr/bin/env node
// onramp-analytics. Built from src/ by \`npm run build\`; the sources are the thing to read.
var v = process.versions.node.split('.');
if (v[0] < 20 || (v[0] == 20 && v[1] < 20)) {
  console.error('onramp-analytics needs Node.js 20.20 or newer; this is ' + process.version + '.');
  process.exit(1);
}
(function (require, module, __dirname) {
`;
const TAIL = `
})(
  typeof require === 'function' ? require : process.getBuiltinModule('node:module').createRequire(process.argv[1]),
  { exports: {} },
  ''
);
`;

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

/**
 * The commands that are run seldom become a compressed text in the module that exported them, and in
 * that text the report's page is a compressed text again: it is unpacked by `report --html` alone.
 */
async function packSeldom() {
  const page = readFileSync(at('dashboard/dist/report.html'), 'utf8');
  writeFileSync(
    at('build/report/page.js'),
    `export const PACKED = ${JSON.stringify(pack(page))};\n`,
  );
  const names = [
    ...readFileSync(at('build/commands/seldom.js'), 'utf8').matchAll(/default as (\w+)/g),
  ].map(([, name]) => name);
  const code = await bundle('build/commands/seldom.js');
  writeFileSync(
    at('build/commands/seldom.js'),
    [
      "import { unpack } from '../unpack';",
      `export const { ${names.join(', ')} } = unpack(${JSON.stringify(pack(code))});`,
    ].join('\n'),
  );
}

async function build() {
  writeFileSync(at('src/generated.ts'), await generate());
  rmSync(at('build'), { recursive: true, force: true });
  execFileSync(process.execPath, [at('node_modules/typescript/bin/tsc'), '-p', root], {
    stdio: 'inherit',
  });
  trim();
  // The client becomes a text in the module that exported it: src/delivery/compiled.ts runs it.
  const client = await bundle('build/delivery/client.js');
  writeFileSync(
    at('build/delivery/client.js'),
    [
      "import { runCompiled } from './compiled';",
      `export const { PostHog } = runCompiled(${JSON.stringify(client)});`,
    ].join('\n'),
  );
  await packSeldom();
  const code = await bundle('build/cli.js');
  mkdirSync(at('bin'), { recursive: true });
  writeFileSync(at('bin/onramp-analytics'), HEAD + code + TAIL);
  chmodSync(at('bin/onramp-analytics'), 0o755);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await build();
