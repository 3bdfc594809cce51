// A ranked list of a view. A name filters the view, a number leads to the events behind it; the rest is
// behind "28 more", with a search.

import { useState } from 'preact/hooks';
import type { Field, Filter } from '../../../schema/src/question';
import { headOf, isFiltered, toggle, totalsOf, useAsked, useScope } from '../app/scope';
import { searchOf } from '../app/view';
import { download } from '../download';
import { format, percent } from '../format';
import { Shown } from './card';
import { Dialog } from './dialog';
import { Link } from './link';
import {
  allAsked,
  type Count,
  csvOf,
  type Extra,
  extraOf,
  firstAsked,
  type RankedProps,
  type Row,
  textOf,
} from './ranked-asked';
import { Below, Figure, Name, RankedHead, RankedRow } from './ranked-rows';
import { Found, Searched } from './searched';

const EXTRAS: Record<Extra, string> = { median: 'Median', success: 'Success' };

/** Rows that are shown before "more". */
const SHOWN = 9;

interface ValueProps {
  readonly row: Row;
  readonly by: Field;
  readonly count: Count;
  readonly most: number;
  readonly all: number;
  readonly extra: Extra | undefined;
  /** Of the list: what its numbers count. */
  readonly own: readonly Filter[] | undefined;
  readonly done?: () => void;
}

function Value({ row, by, count, most, all, extra, own = [], done }: ValueProps) {
  const scope = useScope();
  const filter = { ...by, op: 'is', value: row.value } as Filter;
  const isOn = isFiltered(scope, filter);
  const name = textOf(row.value);
  const more = [...own, filter].filter((each) => !isFiltered(scope, each));
  const where = [...scope.view.where, ...more];
  return (
    <RankedRow bar={most > 0 ? row[count] / most : 0}>
      <button
        type="button"
        class="name"
        aria-pressed={isOn}
        title={isOn ? `Remove the filter ${name}` : `Only ${name}`}
        onClick={() => {
          done?.();
          toggle(filter);
        }}
      >
        <bdi>{name}</bdi>
      </button>
      {extra && <Figure width="measured">{extraOf(row, extra)}</Figure>}
      <Link
        class="figure"
        href={searchOf({ ...scope.view, page: 'events', where })}
        title={`The events of ${name}`}
      >
        {format(row[count], 'count')}
      </Link>
      <Figure width="share">{percent(all > 0 ? row[count] / all : 0)}</Figure>
    </RankedRow>
  );
}

function Head({ label, by, unit, extra }: RankedProps) {
  return (
    <RankedHead
      label={label ?? headOf(by)}
      columns={[
        ...(extra ? [{ name: EXTRAS[extra], width: 'measured' } as const] : []),
        { name: unit },
        { name: 'Share', width: 'share' },
      ]}
    />
  );
}

/** The list of a breakdown, whole with its "more". */
export function Ranked(props: RankedProps) {
  const { count = 'ids', by, extra, where, title } = props;
  const scope = useScope();
  const answered = useAsked(scope, firstAsked(props));
  const totals = useAsked(scope, { ...totalsOf(scope), ...(where && { where }) });
  const [isOpen, setOpen] = useState(false);
  return (
    <Shown of={answered} isEmpty={({ rows }) => rows.length === 0}>
      {({ rows: list, values, events }) => {
        // With the rest as a row, the shares are of these events, and add up.
        const all = props.hasOther ? events : (totals.answer?.data?.now[count] ?? 0);
        const shown = list.slice(0, values <= SHOWN + 1 ? SHOWN + 1 : SHOWN);
        const more = values - shown.length;
        const others = events - shown.reduce((sum, row) => sum + row.events, 0);
        return (
          <>
            <Head {...props} />
            <ol class="ranked">
              {shown.map((row) => (
                <Value
                  key={String(row.value)}
                  {...{ row, by, count, all, extra }}
                  own={where}
                  most={list[0]![count]}
                />
              ))}
              {props.hasOther && more > 0 && (
                <RankedRow isSoft>
                  <Name>Other</Name>
                  <Figure>{format(others, 'count')}</Figure>
                  <Figure width="share">{percent(all > 0 ? others / all : 0)}</Figure>
                </RankedRow>
              )}
            </ol>
            <Below
              {...{ title, more }}
              open={() => setOpen(true)}
              csv={() => download(`${props.id}.csv`, csvOf(by, list))}
            />
            {isOpen && (
              <Dialog title={title} close={() => setOpen(false)}>
                <Everything {...props} all={all} close={() => setOpen(false)} />
              </Dialog>
            )}
          </>
        );
      }}
    </Shown>
  );
}

/** All values, with a search in them. */
function Everything(props: RankedProps & { all: number; close: () => void }) {
  const { count = 'ids', by, all, close, extra, title } = props;
  const answered = useAsked(useScope(), allAsked(props));
  return (
    <Searched title={title}>
      {(isWanted) => (
        <Shown of={answered}>
          {({ rows: list, values }) => {
            const found = list.filter(({ value }) => isWanted(textOf(value)));
            return (
              <>
                <Found found={found.length} all={values} listed={list.length} />
                <Head {...props} />
                <ol class="ranked">
                  {found.map((row) => (
                    <Value
                      key={String(row.value)}
                      {...{ row, by, count, all, extra }}
                      own={props.where}
                      most={list[0]?.[count] ?? 0}
                      done={close}
                    />
                  ))}
                </ol>
              </>
            );
          }}
        </Shown>
      )}
    </Searched>
  );
}
