// A ranked list of numbers that are here already: the first of it, the rest behind "more" with a search, its numbers as a
// table and as a file.

import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { TOP } from '../../../schema/src/counting';
import { csvLine } from '../../../schema/src/csv';
import { download } from '../download';
import { format, percent, type Unit } from '../format';
import { Dialog } from './dialog';
import { Numbers } from './numbers';
import { Below, Figure, Name, RankedHead, RankedRow } from './ranked-rows';
import { Found, Searched } from './searched';

/** Rows that are shown before "more". */
const SHOWN = 9;

/** A row of a list. */
export interface Item {
  readonly name: string;
  readonly count: number;
  /** What stands in the extra column. */
  readonly extra?: string;
}

/** A table that says more than the list. */
export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number | null)[])[];
  /** Units of the columns; `count` where there is none. */
  readonly units?: readonly (Unit | undefined)[];
}

export interface ListedProps {
  readonly id: string;
  readonly title: string;
  /** What one row is: "Service". */
  readonly label: string;
  /** What is counted: "Runs". */
  readonly unit: string;
  /** The extra column. */
  readonly extra?: string;
  /** The most frequent first. */
  readonly items: readonly Item[];
  /** What the shares are of. */
  readonly all: number;
  /** What is left of `all` is a row of its own. */
  readonly hasOther?: boolean;
  /** Each row has its place before it: 1, 2, 3. */
  readonly isNumbered?: boolean;
  readonly numbers?: Table;
  /** The name of the file, without its ending; that of the panel if it is missing. */
  readonly file?: string;
}

const cellText = (value: string | number | null, unit: Unit = 'count'): string =>
  value === null ? '–' : typeof value === 'string' ? value : format(value, unit);

const csvOf = ({ columns, rows }: Table): string => [columns, ...rows].map(csvLine).join('');

/** The list. */
export function Listed(props: ListedProps) {
  const { id, file = id, title, items, all, hasOther, numbers, label, unit } = props;
  const [isOpen, setOpen] = useState(false);
  const shown = items.slice(0, items.length <= SHOWN + 1 ? SHOWN + 1 : SHOWN);
  const others = all - shown.reduce((sum, { count }) => sum + count, 0);
  const table = numbers ?? {
    columns: [label, unit],
    rows: items.map(({ name, count }) => [name, count]),
  };
  return (
    <>
      <Rows {...props} items={shown} from={items}>
        {hasOther && others > 0 && (
          <RankedRow isSoft>
            <Name>Other</Name>
            <Figure>{format(others, 'count')}</Figure>
            <Figure width="share">{percent(others / all)}</Figure>
          </RankedRow>
        )}
      </Rows>
      <Below
        title={title}
        more={items.length - shown.length}
        open={() => setOpen(true)}
        csv={() => download(`${file}.csv`, csvOf(table))}
      />
      {numbers && (
        <Numbers
          title={title}
          columns={numbers.columns}
          texts={[...(numbers.rows[0] ?? [])].flatMap((cell, at) =>
            typeof cell === 'string' ? [at] : [],
          )}
          rows={() =>
            numbers.rows.map((row) => row.map((cell, at) => cellText(cell, numbers.units?.[at])))
          }
        />
      )}
      {isOpen && (
        <Dialog title={title} close={() => setOpen(false)}>
          <Searched title={title}>
            {(isWanted) => {
              const found = items.filter(({ name }) => isWanted(name));
              return (
                <>
                  <Found found={found.length} all={items.length} listed={items.length} />
                  {items.length >= TOP && (
                    <p class="soft">The {format(TOP, 'count')} most frequent.</p>
                  )}
                  <Rows {...props} items={found} from={items} />
                </>
              );
            }}
          </Searched>
        </Dialog>
      )}
    </>
  );
}

interface RowsProps extends ListedProps {
  /** The list that they are rows of: their places are those in it. */
  readonly from: readonly Item[];
  readonly children?: ComponentChildren;
}

function Rows({ label, unit, extra, items, from, isNumbered, all, children }: RowsProps) {
  const most = Math.max(1, ...from.map(({ count }) => count));
  return (
    <>
      <RankedHead
        label={label}
        columns={[
          ...(extra ? [{ name: extra, width: 'measured' } as const] : []),
          { name: unit },
          { name: 'Share', width: 'share' },
        ]}
      />
      <ol class="ranked">
        {items.map((item) => (
          <RankedRow key={item.name} bar={item.count / most}>
            {isNumbered && (
              <span class="place soft">{format(from.indexOf(item) + 1, 'count')}</span>
            )}
            <Name>{item.name}</Name>
            {extra && <Figure width="measured">{item.extra ?? '–'}</Figure>}
            <Figure>{format(item.count, 'count')}</Figure>
            <Figure width="share">{percent(all > 0 ? item.count / all : 0)}</Figure>
          </RankedRow>
        ))}
        {children}
      </ol>
    </>
  );
}
