// How many there were in each month that is published.

import type { PublicFigures, PublishedMonth } from '../../../schema/src/public-figures';
import { format } from '../format';
import { Card } from '../parts/card';
import { Series } from '../parts/series';
import { monthInWords, startOf, titled } from './words';

export function Months({
  counted,
  at_least,
  months,
  shown,
}: PublicFigures & { readonly shown: PublishedMonth }) {
  const { ids, month } = shown;
  const what = titled(counted);
  return (
    <Card id="months" title={`${what} by month`} question="How many use it?" isWide>
      {ids === null ? (
        <p class="headline">
          Fewer than {at_least} {counted} in {monthInWords(month)}: nothing is said of them.
        </p>
      ) : (
        <p class="headline">
          <span class="number big">{format(ids, 'count')}</span>{' '}
          <span>
            {counted} or more in {monthInWords(month)}
          </span>
        </p>
      )}
      {months.length > 1 && (
        <Series
          title={`${what} by month`}
          interval="month"
          zone="UTC"
          starts={months.map((each) => startOf(each.month))}
          lines={[{ name: what, colour: 'a', values: months.map((each) => each.ids) }]}
        />
      )}
    </Card>
  );
}
