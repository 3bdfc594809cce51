// Whether what waits is to be thrown away: `disable` says so with a marker, where it may have no Node to do it.

import { statSync } from 'node:fs';
import type { Project } from '../project/project';

/** Since when nothing of what waits may be sent, ISO 8601; undefined without a marker. Never throws. */
export function discardedAt({ discard }: Project): string | undefined {
  try {
    return statSync(discard, { throwIfNoEntry: false })?.mtime.toISOString();
  } catch {
    return undefined;
  }
}
