// What a panel is: a question in words, and a part that asks it and shows the answer.

import type { ComponentType } from 'preact';

export interface Panel {
  /** Its anchor, and the name of its file. */
  readonly id: string;
  readonly title: string;
  readonly question: string;
  readonly isWide?: boolean;
  /** Its content; it may ask the scope. `tools` of a panel are part of it. */
  readonly Show: ComponentType;
}
