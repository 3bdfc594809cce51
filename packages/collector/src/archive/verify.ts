// Whether an archive is what it says: every part there, byte for byte, and no event in two of them.

import type { Archive } from './archive.ts';
import { type Manifest, manifests } from './manifest.ts';
import { faultOf } from './reading.ts';

/** What was found. */
export interface Verdict {
  readonly manifests: number;
  readonly parts: number;
  readonly rows: number;
  readonly bytes: number;
  /** What is wrong, a line each: where, and what. */
  readonly faults: readonly string[];
  /** Files that no manifest names: left over, or of an hour that is being written. */
  readonly unnamed: number;
}

/** Reads everything. `told` hears of every manifest. @throws ArchiveUnavailable */
export async function verify(
  archive: Archive,
  told: (manifest: Manifest) => void = () => undefined,
): Promise<Verdict> {
  const total = { manifests: 0, parts: 0, rows: 0, bytes: 0 };
  const faults: string[] = [];
  const named = new Set<string>();
  let previous: Manifest | undefined;
  for await (const manifest of manifests(archive)) {
    total.manifests++;
    if (previous?.store === manifest.store && manifest.first_seq <= previous.last_seq) {
      faults.push(`${manifest.hour}: has events that ${previous.hour} has too`);
    }
    previous = manifest;
    for (const part of manifest.parts) {
      named.add(part.path);
      total.parts++;
      total.rows += part.rows;
      total.bytes += part.bytes;
      const fault = await faultOf(archive, part);
      if (fault) faults.push(`${part.path}: ${fault}`);
    }
    told(manifest);
  }
  let unnamed = 0;
  for await (const { path } of archive.list('project=')) if (!named.has(path)) unnamed++;
  return { ...total, faults, unnamed };
}
