// Loads an archive back into a store. An event that the store has already changes nothing there, so it can be
// done again, after an interruption or for good measure.

import type { Event } from '../event.ts';
import { COMMIT_EVENTS, DAY_MS } from '../limits.ts';
import type { Store } from '../store/store.ts';
import { type Archive, ArchiveUnavailable } from './archive.ts';
import { type Manifest, manifests, type PartEntry, type ProjectEntry } from './manifest.ts';
import { faultOf, rowsOf } from './reading.ts';
import type { ArchivedEvent } from './row.ts';

/** What was loaded of a project. */
export interface LoadedProject {
  readonly name: string;
  /** Its token, if the project was made now. */
  readonly madeToken: string | undefined;
  /** Events that were new, events that were there, events older than the project keeps. */
  inserted: number;
  known: number;
  tooOld: number;
}

/** How far it is. */
export interface LoadProgress {
  readonly parts: number;
  readonly ofParts: number;
  readonly rows: number;
}

/**
 * Loads everything, part by part, each checked before. Projects are found by their name, and made where
 * they are missing.
 * @throws ArchiveUnavailable for a part that is not what was written: what came before it stays
 */
export async function load(
  archive: Archive,
  store: Pick<Store, 'append' | 'projects'>,
  nowMs: number,
  told: (progress: LoadProgress) => void = () => undefined,
): Promise<LoadedProject[]> {
  let ofParts = 0;
  for await (const { parts } of manifests(archive)) ofParts += parts.length;
  const loaded = new Map<number, LoadedProject>();
  let parts = 0;
  let rows = 0;
  for await (const manifest of manifests(archive)) {
    for (const part of manifest.parts) {
      const fault = await faultOf(archive, part);
      if (fault) {
        throw new ArchiveUnavailable(
          `the archive's ${part.path} is damaged: ${fault}. Restore it from a copy, or remove it from its manifest, and run the same command again`,
        );
      }
      await loadPart(archive, store, loaded, manifest, part, nowMs);
      parts++;
      rows += part.rows;
      told({ parts, ofParts, rows });
    }
  }
  return [...loaded.values()];
}

async function loadPart(
  archive: Archive,
  store: Pick<Store, 'append' | 'projects'>,
  loaded: Map<number, LoadedProject>,
  manifest: Manifest,
  part: PartEntry,
  nowMs: number,
): Promise<void> {
  const entry = manifest.projects[part.project];
  if (!entry)
    throw new ArchiveUnavailable(`the manifest of ${part.path} does not name its project`);
  const { project, counts } = await projectFor(store, loaded, entry, nowMs);
  const keptFromMs = nowMs - project.retentionDays * DAY_MS;
  for await (const rows of rowsOf(archive, part)) {
    const kept = rows.filter(({ event }) => event.timeMs >= keptFromMs);
    counts.tooOld += rows.length - kept.length;
    for (let at = 0; at < kept.length; at += COMMIT_EVENTS) {
      const stored = await Promise.all(
        byArrival(kept.slice(at, at + COMMIT_EVENTS)).map(({ receivedMs, events }) =>
          store.append(project.id, events, [], receivedMs),
        ),
      );
      const inserted = stored.reduce((sum, each) => sum + each.inserted, 0);
      counts.inserted += inserted;
      counts.known += Math.min(COMMIT_EVENTS, kept.length - at) - inserted;
    }
  }
}

async function projectFor(
  store: Pick<Store, 'projects'>,
  loaded: Map<number, LoadedProject>,
  { name, retention_days, kind = 'cli', time_zone: timeZone = 'UTC' }: ProjectEntry,
  nowMs: number,
) {
  const known = store.projects.list().find((each) => each.name === name);
  const made = known
    ? undefined
    : await store.projects.create({ name, retentionDays: retention_days, kind, timeZone }, nowMs);
  const project = known ?? made!;
  let counts = loaded.get(project.id);
  if (!counts) {
    counts = { name, madeToken: made?.token, inserted: 0, known: 0, tooOld: 0 };
    loaded.set(project.id, counts);
  }
  return { project, counts };
}

/** Events that arrived at the same moment, together: they keep the time of their arrival. */
function byArrival(rows: readonly ArchivedEvent[]): { receivedMs: number; events: Event[] }[] {
  const groups: { receivedMs: number; events: Event[] }[] = [];
  for (const { receivedMs, event } of rows) {
    const atMs = receivedMs ?? event.timeMs;
    const last = groups.at(-1);
    if (last?.receivedMs === atMs) last.events.push(event);
    else groups.push({ receivedMs: atMs, events: [event] });
  }
  return groups;
}
