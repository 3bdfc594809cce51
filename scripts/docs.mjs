// Writes the generated parts of the docs, between their marks. `--check` fails when one is stale.

import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generate } from './build.mjs';

const root = join(import.meta.dirname, '..');
const isCheck = process.argv.includes('--check');
const catalogue = JSON.parse(
  execFileSync(process.execPath, [join(root, 'bin/onramp-analytics'), 'events', '--json'], {
    encoding: 'utf8',
  }),
);

const typeOf = ({ type, optional }) =>
  `${type.kind === 'one of' ? type.values.map((value) => `\`${value}\``).join(' ') : type.kind}${optional ? ', may be missing' : ''}`;

const propertyRows = (properties) =>
  Object.entries(properties).map(
    ([name, property]) => `| \`${name}\` | ${typeOf(property)} | ${property.purpose} |`,
  );

/** The tables of docs/analytics.md: every event, every property. */
function data() {
  const events = Object.entries(catalogue.events).map(([name, { when, properties }]) => {
    const own = Object.keys(properties).map((property) => `\`${property}\``);
    return `| \`${name}\` | ${when} | ${own.join(', ')} |`;
  });
  const own = Object.assign(
    {},
    ...Object.values(catalogue.events).map((event) => event.properties),
  );
  return [
    '| event | sent when | its properties |',
    '| --- | --- | --- |',
    ...events,
    '',
    '| property | value | what maintainers learn from it |',
    '| --- | --- | --- |',
    ...propertyRows(own),
    '',
    'Every event also carries:',
    '',
    '| property | value | why |',
    '| --- | --- | --- |',
    ...propertyRows(catalogue.common),
    ...Object.entries(catalogue.wire).map(([name, why]) => `| \`${name}\` | | ${why} |`),
    '',
    'Beside the properties, a request carries:',
    '',
    '| field | what it is |',
    '| --- | --- |',
    ...Object.entries(catalogue.request).map(
      ([names, what]) => `| ${names.replace(/[^, ]+/g, '`$&`')} | ${what} |`,
    ),
  ].join('\n');
}

const stale = [];
function put(file, text) {
  const path = join(root, file);
  if (readFileSync(path, 'utf8') === text) return;
  stale.push(file);
  if (!isCheck) writeFileSync(path, text);
}

function replace(file, name, content) {
  const text = readFileSync(join(root, file), 'utf8');
  const marks = new RegExp(`(<!-- ${name}: generated -->\n)[^]*?(<!-- /${name} -->)`);
  if (!marks.test(text)) throw new Error(`${file} has no marks for ${name}`);
  put(
    file,
    text.replace(marks, (_all, begin, end) => `${begin}\n${content}\n\n${end}`),
  );
}

const results = JSON.parse(readFileSync(join(root, 'bench/results.json'), 'utf8'));
const mark = (holds) => (holds === null ? '' : holds ? 'yes' : '**no**');
const where = `${results.machine}, ${results.date}; medians of ${results.pairs} alternating pairs.`;

/** Everything that was measured. */
function measured() {
  const rows = results.rows.map(
    ({ what, must, reached, holds }) => `| ${what} | ${must} | ${reached} | ${mark(holds)} |`,
  );
  const head = ['| measured | must reach | reached | holds |', '| --- | --- | --- | --- |'];
  return [where, '', ...head, ...rows].join('\n');
}

/** The few figures that a person would ask for first. */
function figures() {
  const asked = [
    ['tracking off: host with', 'a `make` command, analytics off'],
    ['tracking on, no-op', 'a `make` command, analytics on'],
    ['the same, DNS black-holed', 'the same, DNS swallowed by a Pi-hole'],
    ['track, loopback', '`track`, waiting for the server'],
  ];
  const rows = asked.map(([begins, words]) => {
    const row = results.rows.find(({ what }) => what.startsWith(begins));
    return `| ${words} | ${row.reached} |`;
  });
  return [
    '| what it costs | |',
    '| --- | --- |',
    ...rows,
    '',
    `(${where} [All figures](docs/benchmark.md).)`,
  ].join('\n');
}

replace('docs/analytics.md', 'data', data());
replace('docs/benchmark.md', 'results', measured());
replace('README.md', 'figures', figures());
for (const [file, text] of Object.entries(await generate())) put(file, text);

for (const file of stale) console.log(`${isCheck ? 'stale' : 'wrote'}: ${file}`);
if (isCheck && stale.length > 0) {
  console.log('Run `make docs` and commit what it writes.');
  process.exit(1);
}
