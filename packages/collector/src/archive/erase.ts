// Takes people and projects out of an archive, and what is too old. A part is never changed: one without
// the erased rows is written under another name, the manifest then names that one, and the old file goes.
// Whatever dies in between leaves files that no manifest names, and the next run removes those.

import type { Event } from '../event.ts';
import { HOUR_MS } from '../limits.ts';
import type { Archive } from './archive.ts';
import {
  type Manifest,
  manifests,
  type PartEntry,
  putManifest,
  removeManifest,
} from './manifest.ts';
import { Part } from './part.ts';
import { rowsOf, someRow } from './reading.ts';

/** What is to go: an id in a project, or, without one, the project. */
export interface Erasure {
  readonly project: number;
  /** What the project is called: an archive may also hold it under the number of another store. */
  readonly projectName: string | undefined;
  readonly distinctId: string | undefined;
}

/** What was taken out. */
export interface Erased {
  readonly rows: number;
  readonly parts: number;
}

/** What is left of an event of somebody else that may name the id in its properties. */
export type Cleaned = (event: Event, distinctIds: ReadonlySet<string>) => Event;

/**
 * Erases, everywhere in the archive. When it resolves, no file has any of it. Doing it twice changes
 * nothing. Nobody may be writing. `store` is the store whose numbers of projects these are.
 * @throws ArchiveUnavailable: ask again; what was erased until then stays erased
 */
export async function eraseFrom(
  archive: Archive,
  store: string,
  erasures: readonly Erasure[],
  cleaned: Cleaned,
): Promise<Erased> {
  await sweep(archive);
  const total = { rows: 0, parts: 0 };
  for await (const manifest of manifests(archive)) {
    const replaced = new Map<PartEntry, PartEntry | undefined>();
    for (const part of manifest.parts) {
      const wanted = erasures.filter((each) => concerns(each, manifest, part, store));
      if (wanted.length === 0) continue;
      const isWhole = wanted.some(({ distinctId }) => distinctId === undefined);
      const ids = new Set(wanted.flatMap(({ distinctId }) => distinctId ?? []));
      if (!isWhole && !(await names(archive, part, ids))) continue;
      const next = isWhole ? undefined : await rewritten(archive, part, ids, cleaned);
      replaced.set(part, next);
      total.rows += part.rows - (next?.rows ?? 0);
      total.parts++;
    }
    await replace(archive, manifest, replaced);
  }
  return total;
}

/** Removes the parts of hours that ended before a time. Nobody may be writing. */
export async function expireBefore(archive: Archive, beforeMs: number): Promise<Erased> {
  const total = { rows: 0, parts: 0 };
  let previous: Manifest | undefined;
  for await (const manifest of manifests(archive)) {
    // The last manifest of a store stays: it says how far the archive is.
    if (previous?.store === manifest.store && previous.parts.length === 0) {
      await removeManifest(archive, previous);
    }
    previous = manifest;
    if (Date.parse(`${manifest.hour}:00:00Z`) + HOUR_MS > beforeMs) continue;
    const { parts } = manifest;
    total.parts += parts.length;
    total.rows += parts.reduce((sum, { rows }) => sum + rows, 0);
    await replace(archive, manifest, new Map(parts.map((part) => [part, undefined])));
    previous = { ...manifest, parts: [] };
  }
  return total;
}

/** Removes parts that no manifest names. Nobody may be writing. Resolves with their number. */
export async function sweep(archive: Archive): Promise<number> {
  await archive.tidy();
  const named = new Set<string>();
  for await (const { parts } of manifests(archive)) for (const { path } of parts) named.add(path);
  const unnamed: string[] = [];
  for await (const { path } of archive.list('project=')) if (!named.has(path)) unnamed.push(path);
  for (const path of unnamed) await archive.remove(path);
  return unnamed.length;
}

function concerns(erasure: Erasure, manifest: Manifest, part: PartEntry, store: string): boolean {
  if (manifest.store === store) return part.project === erasure.project;
  const { name } = manifest.projects[part.project] ?? {};
  return name !== undefined && name === erasure.projectName;
}

const names = (archive: Archive, part: PartEntry, ids: ReadonlySet<string>): Promise<boolean> => {
  // As they stand in JSON, without the quotes.
  const texts = [...ids].map((id) => JSON.stringify(id).slice(1, -1));
  return someRow(
    archive,
    part,
    (id, properties) => ids.has(id) || texts.some((text) => properties.includes(text)),
  );
};

async function rewritten(
  archive: Archive,
  part: PartEntry,
  ids: ReadonlySet<string>,
  cleaned: Cleaned,
): Promise<PartEntry | undefined> {
  const next = await Part.start(archive, nextPath(part.path), part.project);
  try {
    for await (const rows of rowsOf(archive, part)) {
      for (const row of rows) {
        if (ids.has(row.event.distinctId)) continue;
        await next.add({ ...row, event: cleaned(row.event, ids) });
      }
    }
    return next.rows > 0 ? await next.finish() : undefined;
  } finally {
    await next.discard();
  }
}

/** `…-r1.parquet` for a part, `…-r2.parquet` for that one. */
function nextPath(path: string): string {
  const [, base = path, revision = '0'] = /^(.*?)(?:-r(\d+))?\.parquet$/.exec(path) ?? [];
  return `${base}-r${Number(revision) + 1}.parquet`;
}

async function replace(
  archive: Archive,
  manifest: Manifest,
  replaced: ReadonlyMap<PartEntry, PartEntry | undefined>,
): Promise<void> {
  if (replaced.size === 0) return;
  const parts = manifest.parts.flatMap((part) =>
    replaced.has(part) ? (replaced.get(part) ?? []) : part,
  );
  const named = new Set(parts.map(({ project }) => String(project)));
  const projects = Object.fromEntries(
    Object.entries(manifest.projects).filter(([id]) => named.has(id)),
  );
  await putManifest(archive, { ...manifest, projects, parts });
  for (const { path } of replaced.keys()) await archive.remove(path);
}
