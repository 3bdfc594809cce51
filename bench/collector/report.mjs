// The rows of the table, as they are measured, and the table.

import { writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';

export const rows = [];
const load = () => loadavg()[0].toFixed(1);
const loadBefore = load();

/** A row: what was measured, what it must reach, what it reached, whether that holds. */
export function row(what, must, reached, holds, figures) {
  rows.push({ what, must, reached, holds, ...(figures && { figures }) });
  console.error(`${holds ? 'yes' : 'NO '}  ${what}: ${reached} (${must})`);
}

/** Runs a part; one that fails is a row that does not hold, so that one run gives the whole table. */
export async function attempt(name, part) {
  try {
    await part();
  } catch (error) {
    console.error(error);
    row(`the part “${name}” of this table`, 'is measured', `failed: ${error.message}`, false);
  }
}

/** Prints the table; writes it to `bench/FILE`, of which the docs are made, when it is whole. */
export function report(file, conditions) {
  const machine = `${cpus().length} × ${cpus()[0]?.model.trim()}, Node ${process.version}`;
  const all = {
    machine,
    date: new Date().toISOString().slice(0, 10),
    conditions: [...conditions, `load before the first measurement: ${loadBefore}`],
    rows,
  };
  console.log(`\n${machine}, ${all.date}`);
  for (const condition of all.conditions) console.log(`- ${condition}`);
  console.log('\n| measured | must reach | reached | holds |\n| --- | --- | --- | --- |');
  for (const { what, must, reached, holds } of rows) {
    console.log(`| ${what} | ${must} | ${reached} | ${holds ? 'yes' : '**no**'} |`);
  }
  process.exitCode = rows.every(({ holds }) => holds) ? 0 : 1;
  if (file === undefined) return;
  writeFileSync(join(import.meta.dirname, '..', file), `${JSON.stringify(all, null, 2)}\n`);
}
