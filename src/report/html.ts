// The report as one HTML file that needs nothing else.

import { brotliDecompressSync } from 'node:zlib';
import type { LocalSummary } from '../../packages/schema/src/summary';
import { PACKED } from './page';

/** What stands in the page where the summary goes. */
const PLACE = '{"summary":"goes here"}';

/** JSON that can stand inside of a script element: no text in it can end the element. */
function embeddable(value: unknown): string {
  return JSON.stringify(value)
    .replaceAll('<', '\\u003c')
    .replaceAll('\u2028', '\\u2028')
    .replaceAll('\u2029', '\\u2029');
}

/** The page with a summary in it. */
export function htmlReport(summary: LocalSummary): string {
  const page = brotliDecompressSync(Buffer.from(PACKED, 'base64')).toString('utf8');
  const at = page.indexOf(PLACE);
  if (at < 0) throw new Error('the page has no place for the summary');
  return page.slice(0, at) + embeddable(summary) + page.slice(at + PLACE.length);
}
