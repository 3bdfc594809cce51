// Words of the public page.

import { BREAKDOWNS } from '../../../schema/src/breakdowns';
import { instant } from '../format';

/** The start of `2026-01`, in ms since 1970. */
export const startOf = (month: string): number => Date.parse(`${month}-01T00:00Z`);

/** "January 2026". */
export const monthInWords = (month: string): string =>
  instant(startOf(month), 'UTC', { month: 'long', year: 'numeric' });

export const titled = (word: string): string => `${word.charAt(0).toUpperCase()}${word.slice(1)}`;

/** What a list is of: "Operating systems". */
export const listInWords = (list: string): string =>
  BREAKDOWNS.find(({ breakdown }) => breakdown.list === list)?.label ??
  titled(list.replaceAll('_', ' '));
