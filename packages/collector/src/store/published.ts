// What the store keeps for everybody to see: which projects are published, and their months, each made once
// and never changed. Changing one would tell something: who asks before and after an erasure could subtract.

import type { PublishedMonth } from '../../../schema/src/public-figures.ts';

export type { Figures, PublishedMonth } from '../../../schema/src/public-figures.ts';

export interface Published {
  /** Whether a project is published. From memory: strangers ask. */
  has(project: number): boolean;
  /** Publishes a project, or stops. What was made stays, and is the same when it is published again. */
  set(project: number, isPublic: boolean): Promise<void>;
  /** Its months, the earliest first. From memory. */
  months(project: number): readonly PublishedMonth[];
  /** Keeps a month for good. One that is there already stays as it is. */
  freeze(project: number, month: PublishedMonth): Promise<void>;
}
