// Only whole months are published: over for some days, and with all of their events still there.

import { describe, expect, it } from 'vitest';
import { wholeMonths } from '../../src/published/months.ts';

const names = (now: string, retentionDays = 365): string[] =>
  wholeMonths(Date.parse(now), retentionDays).map(({ name }) => name);

describe('the months that can be published', () => {
  it('are over for three days', () => {
    expect(names('2026-03-03T23:59:59Z', 70)).toEqual(['2026-01']);
    expect(names('2026-03-04T00:00:00Z', 70)).toEqual(['2026-01', '2026-02']);
  });

  it('lie within what is kept, from their first moment on', () => {
    expect(names('2026-03-10T00:00:00Z', 60)).toEqual(['2026-02']);
    expect(names('2026-03-10T00:00:00Z', 30)).toEqual([]);
    expect(names('2026-03-10T00:00:00Z')).toHaveLength(11);
  });

  it('are those of five years at most', () => {
    expect(names('2026-06-10T00:00:00Z', 36_500)).toHaveLength(59);
  });

  it('follow each other without a gap, a year’s end included', () => {
    expect(names('2027-02-05T00:00:00Z', 120)).toEqual(['2026-11', '2026-12', '2027-01']);
  });
});
