// Takes people and projects out of an archive, and what is too old. A part is never changed: one without
// the erased rows is written under another name, the manifest then names that one, and the old file goes.
// Whatever dies in between leaves files that no manifest names, and the next run removes those.

import type { Event } from '../event.ts';
import { HOUR_MS } from '../limits.ts';
import type { Erasure, Reach } from '../store/erasures.ts';
import { type Ids, jsonWithoutIds } from '../store/naming.ts';
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

/** What is to go, as the store wrote it down, and what its project is called, if it is still there. */
export interface Order {
  readonly erasure: Erasure;
  /** An archive may hold the project under the number of another store, too. */
  readonly projectName: string | undefined;
}

/** What was taken out. */
export interface Erased {
  readonly rows: number;
  readonly parts: number;
}

/** What is left of an event of somebody else that may name the id in its properties. */
export type Cleaned = (event: Event, ids: Ids) => Event;

/**
 * Erases, everywhere in the archive. When it resolves, no file has any of it. Doing it twice changes
 * nothing. Nobody may be writing. `store` is the store whose numbers of projects these are.
 * @throws ArchiveUnavailable: ask again; what was erased until then stays erased
 */
export async function eraseFrom(
  archive: Archive,
  store: string,
  orders: readonly Order[],
  cleaned: Cleaned,
): Promise<Erased> {
  await sweep(archive);
  const total = { rows: 0, parts: 0 };
  for await (const manifest of manifests(archive)) {
    const replaced = new Map<PartEntry, PartEntry | undefined>();
    for (const part of manifest.parts) {
      const wanted = orders.flatMap((order) => ordered(order, manifest, part, store) ?? []);
      if (wanted.length === 0) continue;
      const isWhole = wanted.some(({ what }) => what === 'project');
      const rule = ruleOf(wanted);
      if (!isWhole && !(await someRow(archive, part, rule.concerns))) continue;
      const next = isWhole ? undefined : await rewritten(archive, part, rule, cleaned);
      replaced.set(part, next);
      total.rows += part.rows - (next?.rows ?? 0);
      total.parts++;
    }
    await replace(archive, manifest, replaced);
  }
  // The number of a project that is gone must not stay as a name.
  if (orders.some(({ erasure }) => erasure.what === 'project')) await archive.prune('project=');
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

/** The erasure, if it is about this part. */
function ordered(
  { erasure, projectName }: Order,
  manifest: Manifest,
  part: PartEntry,
  store: string,
): Erasure | undefined {
  if (manifest.store === store) {
    const { project, untilSeq } = erasure;
    return part.project === project && part.first_seq <= untilSeq ? erasure : undefined;
  }
  // Numbers of another store: single events cannot be told there, and all of them are old.
  const { name } = manifest.projects[part.project] ?? {};
  if (name === undefined || name !== projectName || erasure.what === 'events') return undefined;
  return { ...erasure, untilSeq: Number.MAX_SAFE_INTEGER };
}

/** Which rows of a part go, and which name an id that goes. */
interface Rule {
  readonly goes: (seq: number, distinctId: string) => boolean;
  readonly concerns: (seq: number, distinctId: string, properties: string) => boolean;
  readonly ids: Ids;
}

function ruleOf(erasures: readonly Erasure[]): Rule {
  const seqs = new Set<number>();
  const until = new Map<string, number>();
  const ids = new Map<string, Reach>();
  for (const erasure of erasures) {
    if (erasure.what === 'events') for (const seq of erasure.seqs) seqs.add(seq);
    if (erasure.what !== 'id') continue;
    const { distinctId, untilSeq, reach } = erasure;
    ids.set(distinctId, ids.get(distinctId) === 'anywhere' ? 'anywhere' : reach);
    until.set(distinctId, Math.max(untilSeq, until.get(distinctId) ?? 0));
  }
  const goes: Rule['goes'] = (seq, id) => seqs.has(seq) || seq <= (until.get(id) ?? -1);
  return {
    goes,
    concerns: (seq, id, properties) =>
      goes(seq, id) || jsonWithoutIds(properties, ids) !== properties,
    ids,
  };
}

async function rewritten(
  archive: Archive,
  part: PartEntry,
  { goes, ids }: Rule,
  cleaned: Cleaned,
): Promise<PartEntry | undefined> {
  const next = await Part.start(archive, nextPath(part.path), part.project);
  try {
    for await (const rows of rowsOf(archive, part)) {
      for (const row of rows) {
        if (goes(row.seq, row.event.distinctId)) continue;
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
