// The store as the archiver sees it.

import { createHash } from 'node:crypto';
import type { StoreReader } from '../store/store.ts';
import type { Source } from './archiver.ts';

/** Eight hex digits for a store, in names of files. */
export const storeMark = (identity: string): string =>
  createHash('sha256').update(identity).digest('hex').slice(0, 8);

/** Everything of a store, of all its projects. */
export async function sourceOf(reader: StoreReader, identity: string): Promise<Source> {
  const projects = new Map((await reader.projects()).map((project) => [project.id, project]));
  return {
    store: storeMark(identity),
    async *eventsAfter(seq) {
      for await (const page of reader.after(undefined, seq)) {
        for (const { seq: number, project, receivedMs, ...event } of page) {
          yield { seq: number, project, receivedMs, event };
        }
      }
    },
    project: (id) => {
      const project = projects.get(id);
      return {
        name: project?.name ?? `project ${id}`,
        retention_days: project?.retentionDays ?? 365,
        ...(project && { kind: project.kind }),
        ...(project && project.timeZone !== 'UTC' && { time_zone: project.timeZone }),
      };
    },
  };
}
