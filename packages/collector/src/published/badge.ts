// The badge of a project for a README: how many there were in the last month that is published.

import { makeBadge } from 'badge-maker';
import type { PublicFigures } from '../../../schema/src/public-figures.ts';
import { BADGE_AGE_S } from '../limits.ts';

/** Contrast of white letters on it: 5.6 to 1. */
const COLOUR = '#1f66c7';
const GREY = '#5b606a';

const MONTH = new Intl.DateTimeFormat('en', { month: 'short', year: 'numeric', timeZone: 'UTC' });
const whole = new Intl.NumberFormat('en');
const short = new Intl.NumberFormat('en', {
  notation: 'compact',
  maximumFractionDigits: 1,
  roundingMode: 'floor',
});
/** From here on a number is told in thousands. */
const MANY = 10_000;

/** What is on it. */
export interface Badge {
  readonly label: string;
  readonly message: string;
  readonly color: string;
}

/** What the badge says. Nothing that the figures do not say. */
export function badgeOf({ counted, at_least, months }: PublicFigures): Badge {
  const last = months.at(-1);
  const label = counted;
  if (!last) return { label, message: 'no month yet', color: GREY };
  const month = MONTH.format(Date.parse(`${last.month}-01`));
  if (last.ids === null) {
    return { label, message: `fewer than ${at_least} in ${month}`, color: GREY };
  }
  const count = (last.ids < MANY ? whole : short).format(last.ids);
  return { label, message: `${count}+ in ${month}`, color: COLOUR };
}

/** As a picture. */
export const svgOf = (badge: Badge): string =>
  makeBadge({ ...badge, labelColor: '#3d4148', style: 'flat', idSuffix: '-usage' });

/** As shields.io wants it of an endpoint, to be drawn in its styles. */
export const endpointOf = (badge: Badge): object => ({
  schemaVersion: 1,
  ...badge,
  cacheSeconds: BADGE_AGE_S,
});
