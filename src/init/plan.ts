// A plan: everything that is to happen to a project, decided before any of it does.

import type { Write } from './apply';

export interface Line {
  readonly path: string;
  /** Said after the path, in brackets. */
  readonly why?: string;
}

export interface Plan {
  /** Why nothing may be written, and what to do: one text for each reason. */
  readonly refusals: string[];
  readonly writes: (Write & Line)[];
  readonly removes: Line[];
  readonly unchanged: Line[];
  readonly kept: Line[];
}

export const emptyPlan = (): Plan => ({
  refusals: [],
  writes: [],
  removes: [],
  unchanged: [],
  kept: [],
});

/** Says what to do about a file of ours that somebody changed. */
export const changed = (path: string) =>
  `${path} was changed since init wrote it. Undo that or move the file away; or have it replaced ` +
  'with --force.';
