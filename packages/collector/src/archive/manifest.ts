// Manifests: which parts there are. A part counts when a manifest names it, so that the parts of an hour
// appear together, and a rewritten part replaces the old one, in one step: the manifest's own.

import { z } from 'zod';
import { KINDS } from '../../../schema/src/columns.ts';
import { ZONE_CHARS } from '../limits.ts';
import { type Archive, ArchiveUnavailable, get, put } from './archive.ts';

const whole = z.int().min(0);

const PART = z.strictObject({
  path: z.string().max(500),
  project: whole,
  rows: whole,
  bytes: whole,
  /** Of the file, in hex. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  /** The lowest and the highest number of an event in it. */
  first_seq: whole,
  last_seq: whole,
  /** When its events happened: the first and the last, ISO 8601. */
  first_time: z.iso.datetime(),
  last_time: z.iso.datetime(),
});

const PROJECT = z.strictObject({
  name: z.string(),
  retention_days: whole,
  kind: z.enum(KINDS).optional(),
  /** UTC where it is missing. */
  time_zone: z.string().max(ZONE_CHARS).optional(),
});

const MANIFEST = z.strictObject({
  version: z.literal(1),
  /** Which store it is from: numbers of events mean something within one store only. */
  store: z.string().regex(/^[0-9a-f]{8}$/),
  /** The hour in which the events arrived, such as `2026-01-31T09`. */
  hour: z.string().regex(/^\d{4}-\d\d-\d\dT\d\d$/),
  /** Every event of the store between these numbers is in a part, or was erased. */
  first_seq: whole,
  last_seq: whole,
  /** By number: what is needed to load it into another store. */
  projects: z.record(z.string(), PROJECT),
  parts: z.array(PART),
});

/** A part, as its manifest has it. */
export type PartEntry = z.infer<typeof PART>;
/** A project, as manifests name it. Tokens are never written down here. */
export type ProjectEntry = z.infer<typeof PROJECT>;
/** What arrived in an hour. */
export type Manifest = z.infer<typeof MANIFEST>;

const FOLDER = 'manifests';
const numbered = (seq: number): string => String(seq).padStart(15, '0');
const nameOf = ({ store, last_seq }: Manifest): string =>
  `${FOLDER}/${store}/${numbered(last_seq)}.json`;

/** The highest number of an event of a store that an archive has; 0: none. */
export async function positionOf(archive: Archive, store: string): Promise<number> {
  let last = 0;
  for await (const { path } of archive.list(`${FOLDER}/${store}/`)) {
    last = Math.max(last, Number(/(\d+)\.json$/.exec(path)?.[1] ?? 0));
  }
  return last;
}

/** Writes a manifest, in place of the one of the same events. */
export async function putManifest(archive: Archive, manifest: Manifest): Promise<void> {
  const bytes = Buffer.from(`${JSON.stringify(manifest, null, 1)}\n`);
  await put(archive, nameOf(manifest), bytes);
}

/** Removes a manifest, after its parts. */
export const removeManifest = (archive: Archive, manifest: Manifest): Promise<void> =>
  archive.remove(nameOf(manifest));

/**
 * All manifests, of one store or of every one, store by store in the order of their events.
 * @throws ArchiveUnavailable for one that cannot be understood
 */
export async function* manifests(archive: Archive, store?: string): AsyncGenerator<Manifest> {
  for await (const { path } of archive.list(
    `${FOLDER}/${store === undefined ? '' : `${store}/`}`,
  )) {
    const bytes = await get(archive, path);
    if (bytes) yield parse(path, bytes);
  }
}

function parse(path: string, bytes: Buffer): Manifest {
  let reason = 'it is no JSON';
  try {
    const parsed = MANIFEST.safeParse(JSON.parse(bytes.toString()));
    if (parsed.success) return parsed.data;
    const issue = parsed.error.issues[0];
    reason = `${issue?.path.join('.')}: ${issue?.message}`;
  } catch {}
  throw new ArchiveUnavailable(
    `the archive's ${path} cannot be understood: ${reason}. It is damaged, or a newer version wrote it; restore the file from a copy`,
  );
}
