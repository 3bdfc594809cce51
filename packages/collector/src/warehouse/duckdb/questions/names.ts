// From keys back to what people know: the names of ids; of sessions their key in hexadecimal.

import type { Scalar } from '../../../../../schema/src/question.ts';
import type { Reading } from '../readers.ts';

/** Key, as decimal text → distinct id. */
export async function namesOf(
  { statement: prepare, rows }: Reading,
  project: number,
  keys: readonly Scalar[],
): Promise<Map<string, string>> {
  if (keys.length === 0) return new Map();
  const statement = prepare();
  const bound = keys.map((key) => `CAST(${statement.bind(String(key))} AS UBIGINT)`);
  const found = await rows(
    statement,
    `SELECT CAST(id AS VARCHAR), distinct_id FROM ids
     WHERE project = ${statement.integer(project)} AND id IN (${bound.join(', ')})`,
  );
  return new Map(found as [string, string][]);
}

/** The name of a session in answers, from its key as decimal text. */
export const sessionName = (key: unknown): string | null =>
  key === null ? null : BigInt(String(key)).toString(16).padStart(16, '0');
