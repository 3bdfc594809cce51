// Brings what a store has into an archive: the events of finished hours, by when they arrived, in the
// order of the store's numbers. An hour's parts are written first, then its manifest; that is the only
// note of how far the archive is. So whoever comes after a crash begins the hour again, and makes the
// same parts with the same bytes: every event is in the archive once.

import {
  ARCHIVE_DELAY_MS,
  ARCHIVE_HELD_BYTES,
  ARCHIVE_PART_ROWS,
  ARCHIVE_STEP_MS,
  HOUR_MS,
} from '../limits.ts';
import type { Archive } from './archive.ts';
import {
  type Manifest,
  type PartEntry,
  type ProjectEntry,
  positionOf,
  putManifest,
} from './manifest.ts';
import { Part } from './part.ts';
import type { ArchivedEvent } from './row.ts';

/** Where the events come from. */
export interface Source {
  /** Eight hex digits that no other store has. */
  readonly store: string;
  /** Every event of a higher number, in the order of their numbers. */
  eventsAfter(seq: number): AsyncIterable<ArchivedEvent>;
  /** What is said of a project in manifests. */
  project(id: number): ProjectEntry;
}

/** What was brought over. */
export interface Archived {
  readonly rows: number;
  readonly parts: number;
  /** The highest number that the archive has. */
  readonly lastSeq: number;
}

const hourOf = (ms: number): number => Math.floor(ms / HOUR_MS);
const hourName = (hour: number): string => new Date(hour * HOUR_MS).toISOString().slice(0, 13);

/**
 * Archives every hour that is finished. `told` hears of every manifest.
 * @throws ArchiveUnavailable; what was brought over until then stays
 */
export async function archiveFinished(
  archive: Archive,
  source: Source,
  nowMs: number,
  told: (manifest: Manifest) => void = () => undefined,
): Promise<Archived> {
  const after = await positionOf(archive, source.store);
  const finished = hourOf(nowMs - ARCHIVE_DELAY_MS) - 1;
  const current = hourOf(nowMs);
  const total = { rows: 0, parts: 0, lastSeq: after };
  let run: Run | undefined;
  let lastMs: number | undefined;
  const close = async (ended: Run): Promise<void> => {
    const manifest = await ended.finish();
    total.rows += manifest.parts.reduce((sum, { rows }) => sum + rows, 0);
    total.parts += manifest.parts.length;
    total.lastSeq = manifest.last_seq;
    told(manifest);
  };
  try {
    for await (const row of source.eventsAfter(after)) {
      // Unknown of old events: no earlier than any before it, so that their hours follow each other.
      const receivedMs = row.receivedMs ?? Math.max(lastMs ?? 0, row.event.timeMs);
      // A clock that is set right, and requests that overtake each other at the turn of an hour.
      const isSmallStep =
        lastMs !== undefined && receivedMs < lastMs && lastMs - receivedMs <= ARCHIVE_STEP_MS;
      const atMs = isSmallStep ? lastMs! : receivedMs;
      lastMs = atMs;
      const hour = hourOf(atMs);
      if (run && run.hour !== hour) {
        // The clock has left that hour, so it is over, whatever the clock says now.
        const ended: Run = run;
        await close(ended);
        run = undefined;
      }
      // The hour that goes on now. One further ahead is of a clock that was wrong, and may be over.
      if (hour > finished && hour <= current) break;
      run ??= new Run(archive, source, hour);
      await run.add(row);
    }
    if (run && run.hour <= finished) await close(run);
  } finally {
    await run?.discard();
  }
  return total;
}

/** What arrived in one hour, one event after the other: a part or more for each project. */
class Run {
  private readonly open = new Map<number, Part>();
  private readonly entries: PartEntry[] = [];
  private heldBytes = 0;
  private firstSeq: number | undefined;
  private lastSeq = 0;

  constructor(
    private readonly archive: Archive,
    private readonly source: Source,
    readonly hour: number,
  ) {}

  async add(row: ArchivedEvent): Promise<void> {
    this.firstSeq ??= row.seq;
    this.lastSeq = row.seq;
    let part = this.open.get(row.project);
    if (part && part.rows >= ARCHIVE_PART_ROWS) {
      this.entries.push(await part.finish());
      part = undefined;
    }
    if (!part) {
      part = await Part.start(this.archive, this.pathOf(row), row.project);
      this.open.set(row.project, part);
    }
    this.heldBytes -= part.heldBytes;
    await part.add(row);
    this.heldBytes += part.heldBytes;
    while (this.heldBytes > ARCHIVE_HELD_BYTES) await this.flushLargest();
  }

  /** Makes its parts appear, and then its manifest. */
  async finish(): Promise<Manifest> {
    for (const part of this.open.values()) this.entries.push(await part.finish());
    const parts = this.entries.sort((a, b) => a.project - b.project || a.first_seq - b.first_seq);
    const projects = [...new Set(parts.map(({ project }) => project))];
    const manifest: Manifest = {
      version: 1,
      store: this.source.store,
      hour: hourName(this.hour),
      first_seq: this.firstSeq!,
      last_seq: this.lastSeq,
      projects: Object.fromEntries(projects.map((id) => [id, this.source.project(id)])),
      parts,
    };
    await putManifest(this.archive, manifest);
    return manifest;
  }

  async discard(): Promise<void> {
    for (const part of this.open.values()) await part.discard();
  }

  private async flushLargest(): Promise<void> {
    let largest: Part | undefined;
    for (const part of this.open.values()) {
      if (!largest || part.heldBytes > largest.heldBytes) largest = part;
    }
    this.heldBytes -= largest!.heldBytes;
    await largest!.flush();
  }

  private pathOf({ project, seq }: ArchivedEvent): string {
    const [year, month, day, hour] = hourName(this.hour).split(/[-T]/);
    const name = `part-${this.source.store}-${String(seq).padStart(15, '0')}.parquet`;
    return `project=${project}/year=${year}/month=${month}/day=${day}/hour=${hour}/${name}`;
  }
}
