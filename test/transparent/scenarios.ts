// The table: what people do with make, each as a line of sh that is run in the project's folder.

import type { Scenario } from './scenario';
import { flags } from './table/flags';
import { folders } from './table/folders';
import { goals } from './table/goals';
import { interruptions } from './table/interruptions';
import { makefiles } from './table/makefiles';
import { streams } from './table/streams';
import { variables } from './table/variables';

export const SCENARIOS: readonly Scenario[] = [
  ...goals,
  ...flags,
  ...folders,
  ...variables,
  ...makefiles,
  ...streams,
  ...interruptions,
];
