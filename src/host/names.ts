// Says when no name is recorded as it is: names are those of files that git has.

import { whyNothingTracked } from './gitindex';

/** Why every name of the project at `root` is left out, as a sentence; empty when there are names. */
export function namesInWords(root: string): string {
  const why = whyNothingTracked(root);
  return why === undefined ? '' : `all recorded as \`custom\` or \`unknown\`: ${why}.`;
}
