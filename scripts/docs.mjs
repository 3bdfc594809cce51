// Writes the generated parts of the docs, between their marks. `--check` fails when one is stale.

import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { apiDocs } from './api-docs.mjs';
import { build, generate } from './build.mjs';

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
const where = `${results.machine}, ${results.date}; medians of ${results.pairs} alternating pairs`;

/** How bad a row looks: what does not hold first, then by how much of what is allowed it needed. */
const badness = ({ holds, used = 0 }) =>
  (holds === false ? 1000 : 0) + (holds === null ? -1 : used);
const worstFirst = (rows) => rows.toSorted((a, b) => badness(b) - badness(a));

/** Everything that was measured, the worst first; what others take comes last. */
function measured() {
  const rows = worstFirst(results.rows).map(
    ({ what, must, reached, holds }) => `| ${what} | ${must} | ${reached} | ${mark(holds)} |`,
  );
  const conditions = results.conditions.map((each) => `- ${each}`);
  const head = ['| measured | must reach | reached | holds |', '| --- | --- | --- | --- |'];
  return [`${where}.`, '', ...conditions, '', ...head, ...rows].join('\n');
}

const ofCollector = ['results-collector.json', 'results-warehouse.json'].map((file) =>
  JSON.parse(readFileSync(join(root, 'bench', file), 'utf8')),
);

/** What was measured of the collector, bench by bench. */
function measuredOfCollector() {
  const tables = ofCollector.map(({ machine, date, conditions, rows }) => {
    const cells = rows.map(
      ({ what, must, reached, holds }) => `| ${what} | ${must} | ${reached} | ${mark(holds)} |`,
    );
    return [
      `${machine}, ${date}.`,
      '',
      ...conditions.map((each) => `- ${each}`),
      '',
      '| measured | must reach | reached | holds |',
      '| --- | --- | --- | --- |',
      ...cells,
    ].join('\n');
  });
  return tables.join('\n\n');
}

/** What a collector takes, and how long its slowest answer is. */
function figuresOfCollector() {
  const [taking, asking] = ofCollector.map(({ rows }) => rows);
  const medianOf = ({ reached }) => Number(/median (\d+) ms/.exec(reached)?.[1] ?? 0);
  const slowest = asking.toSorted((a, b) => medianOf(b) - medianOf(a))[0];
  const taken = taking.find(({ what }) => what.startsWith('`/batch`, 100'));
  return [
    `| a collector takes | ${taken.reached} | ${taken.what} |`,
    `| it answers | ${slowest.reached} | the slowest of ${asking.filter(medianOf).length} questions: ${slowest.what} |`,
  ];
}

/** The few figures that a person would ask for first: of each kind the worst that was measured. */
function figures() {
  const rowsAbout = (about) => results.rows.filter((row) => row.about === about && row.used);
  const asked = [
    ['off', 'a `make` command, analytics off'],
    ['on', 'a `make` command, analytics on'],
    ['loop', 'each of many in a row, analytics on'],
    ['track', '`track`, waiting for the server'],
  ];
  const rows = asked.map(([about, words]) => {
    const all = rowsAbout(about);
    if (all.length === 0) return `| ${words} | not measured | |`;
    const [worst] = worstFirst(all);
    const of = all.length > 1 ? `the worst of ${all.length}: ` : '';
    return `| ${words} | ${worst.reached} | ${of}${worst.what} |`;
  });
  const others = results.rows.filter(({ about }) => about === 'others');
  const beside = others.map(({ what, reached }) => `| ${what} | ${reached} | for comparison |`);
  return [
    '| what it costs | | |',
    '| --- | --- | --- |',
    ...rows,
    ...beside,
    ...figuresOfCollector(),
    '',
    `(${where}. [All figures, and how they came about](docs/benchmark.md).)`,
  ].join('\n');
}

replace('docs/analytics.md', 'data', data());
replace('docs/benchmark.md', 'results', measured());
replace('docs/benchmark.md', 'collector', measuredOfCollector());
replace('README.md', 'figures', figures());
for (const [file, text] of Object.entries(await generate())) put(file, text);
for (const [file, text] of Object.entries(await apiDocs())) put(file, text);

for (const file of stale) console.log(`${isCheck ? 'stale' : 'wrote'}: ${file}`);
if (isCheck && stale.length > 0) {
  console.log('Run `make docs` and commit what it writes.');
  process.exit(1);
}
// The bundle carries the user's page, so it is made anew when that was.
if (stale.includes('src/templates.ts') && !isCheck) await build();
