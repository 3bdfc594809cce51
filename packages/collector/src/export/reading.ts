// Loads back what `export --format ndjson` wrote: a line is an event. An event that the store has already changes
// nothing there, so it can be done again, after an interruption or for good measure.

import { open } from 'node:fs/promises';
import { UserError } from '../config.ts';
import type { Candidate, Project } from '../event.ts';
import { examine } from '../gate/gate.ts';
import { CHUNK_EVENTS } from '../limits.ts';
import type { Store } from '../store/store.ts';

/** What was loaded of a file. */
export interface LoadedFile {
  /** Events that were new, and events that were there. */
  inserted: number;
  known: number;
  /** Events that a rule of the project refuses, by the reason. */
  readonly refused: Map<string, number>;
}

/**
 * Loads a file into a project. Its events pass the same rules as any that arrive.
 * @throws UserError for a line that is no event: what came before it stays
 */
export async function loadFile(
  file: string,
  store: Pick<Store, 'append'>,
  project: Project,
  nowMs: number,
  told: (lines: number) => void = () => undefined,
): Promise<LoadedFile> {
  const loaded: LoadedFile = { inserted: 0, known: 0, refused: new Map() };
  let waiting: Candidate[] = [];
  const settle = async (): Promise<void> => {
    const { events, verdicts } = examine(project, 'import', waiting, nowMs);
    waiting = [];
    for (const verdict of verdicts) {
      if (typeof verdict !== 'string') continue;
      loaded.refused.set(verdict, (loaded.refused.get(verdict) ?? 0) + 1);
    }
    if (events.length === 0) return;
    const { inserted } = await store.append(project.id, events, [], nowMs);
    loaded.inserted += inserted;
    loaded.known += events.length - inserted;
  };
  const handle = await open(file);
  try {
    let number = 0;
    for await (const line of handle.readLines()) {
      number++;
      if (line.trim() === '') continue;
      const candidate = candidateOf(line);
      if (!candidate) {
        await settle();
        throw new UserError(noEvent(file, line, number));
      }
      waiting.push(candidate);
      if (waiting.length === CHUNK_EVENTS) await settle();
      told(number);
    }
    await settle();
  } finally {
    await handle.close();
  }
  return loaded;
}

/** What a line says; undefined when it is no event of an export. */
function candidateOf(line: string): Candidate | undefined {
  let read: unknown;
  try {
    read = JSON.parse(line);
  } catch {
    return undefined;
  }
  const { uuid, event, distinct_id, timestamp, properties } = (read ?? {}) as Record<
    string,
    unknown
  >;
  const timeMs = typeof timestamp === 'string' ? Date.parse(timestamp) : Number.NaN;
  if (typeof uuid !== 'string' || typeof event !== 'string' || Number.isNaN(timeMs))
    return undefined;
  return { event, distinctId: distinct_id, uuid, properties, timeMs, sentTimestamp: timestamp };
}

const noEvent = (file: string, line: string, number: number): string =>
  number === 1
    ? `${file} begins with no event: nothing was loaded. import reads what \`export\` writes as NDJSON, its format without --format; ${line.startsWith('uuid,') ? 'this is CSV, which is for spreadsheets' : 'a backup is put in place with: collector restore FILE'}`
    : `line ${number} of ${file} is no event: what stands before it was loaded, and nothing after it. Put the line right, or remove it, and run the same command again: nothing is counted twice`;
