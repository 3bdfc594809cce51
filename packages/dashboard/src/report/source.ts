// Where the summary comes from: it is inside of the page.

import { isSummary, type Summary } from '../../../schema/src/summary';

/** The summary that the page carries. @throws when it carries none */
export function embeddedSummary(): Summary {
  const text = document.getElementById('summary')?.textContent;
  const value: unknown = text ? JSON.parse(text) : undefined;
  if (!isSummary(value)) throw new Error('There is no summary in this page.');
  return value;
}
