// The file of the warehouse: made, checked against the columns, and moved aside when it is damaged.
// It is a copy: losing it costs a rebuild, never an event.

import { existsSync, renameSync, rmSync } from 'node:fs';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { type Column, checkColumns } from '../columns.ts';
import { quoted } from './sql.ts';

/** The layout of the tables, and which properties get columns. A file of another one is made anew. */
const VERSION = '5';

const TYPES = { text: 'VARCHAR', number: 'DOUBLE', boolean: 'BOOLEAN', time: 'BIGINT' } as const;

const EVENTS = [
  ['project', 'INTEGER'],
  ['seq', 'BIGINT'],
  ['time', 'BIGINT'],
  ['event', 'VARCHAR'],
  ['id', 'UBIGINT'],
  // The number of the id among those of its project: small ones count quickly.
  ['n', 'UINTEGER'],
  ['session', 'UBIGINT'],
] as const;

/** Settings of the process that holds the file. */
export interface FileSettings {
  readonly file: string;
  readonly columns: readonly Column[];
  /** What DuckDB may take; the process takes some 150 MB more. In MB. */
  readonly memoryMb: number;
  readonly threads: number;
}

/** What is wrong with a file, so that it must be made anew. */
export class Damaged extends Error {
  override name = 'Damaged';
}

/** Is this an error of the file, not of the machine or of the question? */
export function isDamage(error: unknown): boolean {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof Damaged) return true;
  return /not a valid DuckDB|enough bytes from file|version number|corrupt|checksum|Serialization Error|INTERNAL Error|has been invalidated|Failure while replaying WAL/i.test(
    message,
  );
}

/** Where a damaged file is kept: one, for whoever wants to look at it. */
export const asideOf = (file: string): string => `${file}.damaged`;

/** Where a compacted copy is made. */
export const compactOf = (file: string): string => `${file}.compact`;

/** Copies what there is into a file of its own, without what was erased. The file is not open any more. */
export async function copyCompacted(connection: DuckDBConnection, file: string): Promise<void> {
  remove(compactOf(file));
  // A damaged file that was kept for a look has what was erased, too.
  for (const end of ['', '.wal']) rmSync(asideOf(file) + end, { force: true });
  const target = compactOf(file).replaceAll("'", "''");
  await connection.run(`ATTACH '${target}' AS compacted (STORAGE_VERSION 'latest')`);
  // Rows of one time stay together: that is what makes questions about a range fast.
  await connection.run('SET preserve_insertion_order = true');
  const [[name] = []] = (
    await connection.runAndReadAll('SELECT current_database()')
  ).getRowsJS() as string[][];
  await connection.run(`COPY FROM DATABASE ${quoted(name!)} TO compacted`);
  await connection.run("DELETE FROM compacted.meta WHERE key = 'erased'");
  await connection.run('DETACH compacted');
}

/**
 * Gives what DuckDB has freed back to the system: its allocator keeps it for ten seconds, which under load is for
 * ever. It does so whenever its limit is set, also to what it is. That takes milliseconds.
 */
export async function giveMemoryBack(connection: DuckDBConnection, memoryMb: number) {
  // In vain where more than that is needed now: the next time will do.
  await connection.run(`SET memory_limit = '${memoryMb}MB'`).catch(() => undefined);
}

function remove(file: string): void {
  for (const end of ['', '.wal']) rmSync(file + end, { force: true });
}

/** Moves a damaged file out of the way. */
export function moveAside(file: string): void {
  for (const end of ['', '.wal']) {
    rmSync(asideOf(file) + end, { force: true });
    if (existsSync(file + end)) renameSync(file + end, asideOf(file) + end);
  }
}

/**
 * Opens the file, or makes it. A damaged one is moved aside, and the new one says so; so does one in the
 * place of a file with other tables, which nobody needs to look at: it is removed.
 */
export async function openFile(
  settings: FileSettings,
  isKnownBad = false,
): Promise<DuckDBInstance> {
  checkColumns(settings.columns);
  remove(compactOf(settings.file));
  let reason: string | undefined;
  if (isKnownBad) reason = 'its process died again and again while opening it';
  else {
    try {
      return await open(settings);
    } catch (error) {
      if (!isDamage(error)) throw error;
      reason = (error as Error).message.split('\n', 1)[0]!;
      if (error instanceof Damaged) remove(settings.file);
    }
  }
  moveAside(settings.file);
  return open(settings, `the file was damaged (${reason}): rebuild the warehouse`);
}

async function open(settings: FileSettings, incomplete?: string): Promise<DuckDBInstance> {
  const instance = await DuckDBInstance.create(settings.file, {
    threads: String(settings.threads),
    memory_limit: `${settings.memoryMb}MB`,
    // What does not fit into memory; more than this is a question that is cut.
    max_temp_directory_size: '2GB',
    preserve_insertion_order: 'false',
    // Text is packed better than in the oldest layout that DuckDB can still write.
    storage_compatibility_version: 'latest',
    // Nothing is downloaded.
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
  });
  try {
    const connection = await instance.connect();
    try {
      await confine(connection, settings.file);
      await prepare(connection, settings.columns, incomplete);
      return instance;
    } finally {
      connection.closeSync();
    }
  } catch (error) {
    instance.closeSync();
    throw error;
  }
}

/** No statement touches another file than this one and its compacted copy. */
async function confine(connection: DuckDBConnection, file: string): Promise<void> {
  const paths = ['', '.wal', '.wal.checkpoint', '.wal.recovery'].map(
    (end) => `'${(compactOf(file) + end).replaceAll("'", "''")}'`,
  );
  await connection.run(`SET allowed_paths = [${paths.join(', ')}]`);
  await connection.run('SET enable_external_access = false');
}

async function prepare(
  connection: DuckDBConnection,
  columns: readonly Column[],
  incomplete?: string,
): Promise<void> {
  await connection.run('BEGIN');
  await connection.run('CREATE TABLE IF NOT EXISTS meta (key VARCHAR, value VARCHAR)');
  const version = await connection.runAndReadAll("SELECT value FROM meta WHERE key = 'version'");
  const [[found] = []] = version.getRowsJS();
  if (found === undefined) {
    await connection.run("INSERT INTO meta VALUES ('version', $1)", [VERSION]);
    if (incomplete)
      await connection.run("INSERT INTO meta VALUES ('incomplete', $1)", [incomplete]);
  } else if (found !== VERSION) {
    throw new Damaged(`it has layout ${found}, this collector knows ${VERSION}`);
  }
  const columnsSql = EVENTS.map(([name, type]) => `${name} ${type}`).join(', ');
  await connection.run(`CREATE TABLE IF NOT EXISTS events (${columnsSql})`);
  // Names of ids are written once; events have their keys.
  await connection.run(
    'CREATE TABLE IF NOT EXISTS ids (project INTEGER, id UBIGINT, n UINTEGER, distinct_id VARCHAR)',
  );
  // Which property of a project has which column (`lifted.ts` adds them); null: none.
  await connection.run(
    'CREATE TABLE IF NOT EXISTS lifted (project INTEGER, key UBIGINT, place UTINYINT)',
  );
  // Every number, not only the highest: batches may come in any order.
  await connection.run('CREATE TABLE IF NOT EXISTS batches (number BIGINT)');
  for (const { name, type } of columns) {
    await connection.run(
      `ALTER TABLE events ADD COLUMN IF NOT EXISTS ${quoted(name)} ${TYPES[type]}`,
    );
  }
  const result = await connection.runAndReadAll(
    `SELECT column_name, data_type FROM duckdb_columns()
     WHERE database_name = current_database() AND table_name = 'events' ORDER BY column_index`,
  );
  const types = new Map(result.getRowsJS() as [string, string][]);
  for (const { name, type } of columns) {
    if (types.get(name) !== TYPES[type]) {
      throw new Damaged(`its column ${name} is ${types.get(name)}, and should be ${TYPES[type]}`);
    }
  }
  await connection.run('COMMIT');
}
