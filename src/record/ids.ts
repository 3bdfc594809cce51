// Which anonymous ids the record knows of at a server: `reset-id` changes the id, and what was sent before stays.

import { linesFrom } from '../journal/lines';
import type { Project } from '../project/project';
import { isId } from '../state/state';

/**
 * Every id under which something was recorded that was to be sent, the newest last. What waits or was dropped
 * counts, too: a request whose answer was lost may have arrived. What was recorded in local mode does not.
 */
export function idsOfSent(project: Project): string[] {
  const ids = new Set<string>();
  for (const { line } of linesFrom(project, 0)) {
    if (line.kind !== 'event' || line.record.local) continue;
    const id = line.record.distinct_id.toLowerCase();
    ids.delete(id); // In the order of their last events.
    if (isId(id)) ids.add(id);
  }
  return [...ids];
}
