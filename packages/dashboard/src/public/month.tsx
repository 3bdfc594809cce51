// What a month's ids have: a ranked table for each list that is published.

import type { PublicFigures, PublishedMonth } from '../../../schema/src/public-figures';
import { ListCard } from '../parts/list-card';
import { listInWords, titled } from './words';

export function Month({
  counted,
  shown: { ids, month, lists },
}: PublicFigures & { readonly shown: PublishedMonth }) {
  return (
    <>
      {Object.entries(lists)
        .filter(([, rows]) => rows.length > 0)
        .map(([list, rows]) => (
          <ListCard
            key={`${list} ${month}`}
            id={`list-${list}`}
            file={`${list}-${month}`}
            title={listInWords(list)}
            question={`How many ${counted} have which?`}
            label="Name"
            unit={titled(counted)}
            items={rows.map(({ name, ids: count }) => ({ name: name || '(empty)', count }))}
            all={ids ?? 0}
            isNumbered
          />
        ))}
    </>
  );
}
