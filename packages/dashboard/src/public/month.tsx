// What a month's ids have: a ranked table for each list that is published.

import { useState } from 'preact/hooks';
import { csvLine } from '../../../schema/src/csv';
import type { PublicFigures, PublishedMonth } from '../../../schema/src/public-figures';
import { download } from '../app/download';
import { format, percent } from '../format';
import { Card } from '../parts/card';
import { Dialog } from '../parts/dialog';
import { Below, Figure, Name, RankedHead, RankedRow } from '../parts/ranked-rows';
import { Found, Searched } from '../parts/searched';
import { listInWords, titled } from './words';

/** Rows that are shown before "more". */
const SHOWN = 9;

interface ListProps {
  readonly id: string;
  readonly month: PublishedMonth;
  readonly counted: string;
  readonly rows: PublishedMonth['lists'][string];
}

export function Month({ counted, shown }: PublicFigures & { readonly shown: PublishedMonth }) {
  const lists = Object.entries(shown.lists).filter(([, rows]) => rows.length > 0);
  return (
    <>
      {lists.map(([id, rows]) => (
        <List key={`${id} ${shown.month}`} {...{ id, counted, rows }} month={shown} />
      ))}
    </>
  );
}

/** A value, its place, and how many had it. */
function Rows({
  rows,
  all,
  from,
}: {
  rows: ListProps['rows'];
  all: number;
  from: ListProps['rows'];
}) {
  const most = from[0]?.ids ?? 0;
  return (
    <ol class="ranked">
      {rows.map((row) => (
        <RankedRow key={row.name} bar={most > 0 ? row.ids / most : 0}>
          <span class="place soft">{format(from.indexOf(row) + 1, 'count')}</span>
          <Name>{row.name === '' ? '(empty)' : row.name}</Name>
          <Figure>{format(row.ids, 'count')}</Figure>
          <Figure width="share">{all > 0 ? percent(row.ids / all) : '–'}</Figure>
        </RankedRow>
      ))}
    </ol>
  );
}

const Head = ({ counted }: { counted: string }) => (
  <RankedHead
    label="Name"
    columns={[{ name: titled(counted) }, { name: 'Share', width: 'share' }]}
  />
);

function List({ id, month, counted, rows }: ListProps) {
  const [isOpen, setOpen] = useState(false);
  const title = listInWords(id);
  const all = month.ids ?? 0;
  const shown = rows.slice(0, rows.length <= SHOWN + 1 ? SHOWN + 1 : SHOWN);
  return (
    <Card id={`list-${id}`} title={title} question={`How many ${counted} have which?`}>
      <Head counted={counted} />
      <Rows {...{ all }} rows={shown} from={rows} />
      <Below
        {...{ title }}
        more={rows.length - shown.length}
        open={() => setOpen(true)}
        csv={() =>
          download(
            `${id}-${month.month}.csv`,
            [[id, counted], ...rows.map(({ name, ids }) => [name, ids])].map(csvLine).join(''),
          )
        }
      />
      {isOpen && (
        <Dialog title={title} close={() => setOpen(false)}>
          <Searched title={title}>
            {(isWanted) => {
              const found = rows.filter(({ name }) => isWanted(name));
              return (
                <>
                  <Found found={found.length} all={rows.length} listed={rows.length} />
                  <Head counted={counted} />
                  <Rows {...{ all }} rows={found} from={rows} />
                </>
              );
            }}
          </Searched>
        </Dialog>
      )}
    </Card>
  );
}
