// A ranked list: name, bar, number, share, all of it text. A name filters the view, a number leads to
// the events behind it; the rest is behind "28 more", with a search.

import { useState } from 'preact/hooks';
import { fieldText } from '../../../schema/src/condition';
import { csvLine } from '../../../schema/src/csv';
import type { Data, Field, Filter, Measured } from '../../../schema/src/question';
import { download } from '../app/download';
import { type Asked, isFiltered, labelOf, toggle, useAsked, useScope } from '../app/scope';
import { searchOf } from '../app/view';
import { duration, format, percent } from '../format';
import { Shown } from './card';
import { Dialog } from './dialog';
import { Link } from './link';

/** What the numbers are of. */
export type Count = 'ids' | 'events';

type Row = Data['breakdown']['rows'][number];

/** Rows that are shown before "more". */
const SHOWN = 9;
/** Values that are asked for at first: their order is that of events, and they are shown by ids. */
const ASKED = 100;
const ALL = 1_000;

const textOf = (value: Row['value']): string =>
  value === null ? '(none)' : value === '' ? '(empty)' : String(value);

const filterOf = (by: Field, { value }: Row): Filter => ({ ...by, op: 'is', value }) as Filter;

const sorted = (rows: readonly Row[], count: Count): Row[] =>
  [...rows].sort((a, b) => b[count] - a[count] || b.events - a.events);

interface RowProps {
  readonly row: Row;
  readonly by: Field;
  readonly count: Count;
  readonly most: number;
  readonly all: number;
  readonly isMeasured: boolean;
  readonly done?: () => void;
}

function RankedRow({ row, by, count, most, all, isMeasured, done }: RowProps) {
  const scope = useScope();
  const filter = filterOf(by, row);
  const isOn = isFiltered(scope, filter);
  const name = textOf(row.value);
  const share = all > 0 ? row[count] / all : 0;
  const where = isOn ? scope.view.where : [...scope.view.where, filter];
  return (
    <li>
      <span class="bar" style={{ width: `${most > 0 ? (row[count] / most) * 100 : 0}%` }} />
      <button
        type="button"
        class="name"
        aria-pressed={isOn}
        title={isOn ? `Remove the filter ${name}` : `Only ${name}`}
        onClick={() => {
          done?.();
          toggle(scope, filter);
        }}
      >
        <bdi>{name}</bdi>
      </button>
      {isMeasured && (
        <span class="figure measured">{row.median === null ? '–' : duration(row.median)}</span>
      )}
      <Link
        class="figure"
        href={searchOf({ ...scope.view, page: 'events', where })}
        title={`The events of ${name}`}
      >
        {format(row[count], 'count')}
      </Link>
      <span class="figure share">{percent(share)}</span>
    </li>
  );
}

interface RankedProps {
  readonly id: string;
  readonly by: Field;
  readonly count?: Count;
  readonly where?: readonly Filter[];
  readonly measure?: Field;
  /** What one row is, for the head: "Service". */
  readonly label?: string;
  /** What is counted: "Machines". */
  readonly unit: string;
  /** Rows of these are shown as they come, with `(none)` kept out. */
  readonly title: string;
}

const askedOf = ({ by, where, measure }: RankedProps, limit: number) =>
  ({
    kind: 'breakdown',
    by,
    limit,
    ...(where && { where }),
    ...(measure && { measure }),
  }) as Asked & { kind: 'breakdown' };

/** The list of a breakdown, whole with its "more". */
export function Ranked(props: RankedProps) {
  const { count = 'ids', by, measure, where, label = labelOf(by), unit, title } = props;
  const scope = useScope();
  const answered = useAsked(scope, askedOf(props, ASKED));
  const totals = useAsked(scope, { kind: 'totals', ...(where && { where }) } as Asked & {
    kind: 'totals';
  });
  const [isOpen, setOpen] = useState(false);
  const all = totals.answer?.data?.now[count] ?? 0;
  return (
    <Shown of={answered} isEmpty={({ rows }) => rows.length === 0}>
      {({ rows, values }) => {
        const list = sorted(rows, count);
        const shown = list.slice(0, values <= SHOWN + 1 ? SHOWN + 1 : SHOWN);
        const more = values - shown.length;
        return (
          <>
            <Head label={label} unit={unit} isMeasured={measure !== undefined} />
            <ol class="ranked">
              {shown.map((row) => (
                <RankedRow
                  key={String(row.value)}
                  {...{ row, by, count, all }}
                  most={list[0]![count]}
                  isMeasured={measure !== undefined}
                />
              ))}
            </ol>
            <p class="below">
              {more > 0 ? (
                <button type="button" class="quiet" onClick={() => setOpen(true)}>
                  {format(more, 'count')} more
                </button>
              ) : (
                <span />
              )}
              <button
                type="button"
                class="quiet"
                aria-label={`CSV: ${title}`}
                onClick={() => download(`${props.id}.csv`, csvOf(by, list))}
              >
                CSV
              </button>
            </p>
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

function Head({ label, unit, isMeasured }: { label: string; unit: string; isMeasured: boolean }) {
  return (
    <div class="ranked-head soft" aria-hidden="true">
      <span class="name">{label}</span>
      {isMeasured && <span class="figure measured">Median</span>}
      <span class="figure">{unit}</span>
      <span class="figure share">Share</span>
    </div>
  );
}

/** All values, with a search in them. */
function Everything(props: RankedProps & { all: number; close: () => void }) {
  const { count = 'ids', by, all, close, unit, label = labelOf(by), measure } = props;
  const scope = useScope();
  const [text, setText] = useState('');
  const answered = useAsked(scope, askedOf(props, ALL));
  return (
    <>
      <input
        type="search"
        value={text}
        placeholder="Search"
        aria-label={`Search in ${props.title}`}
        onInput={(event) => setText(event.currentTarget.value)}
      />
      <Shown of={answered}>
        {({ rows, values }) => {
          const list = sorted(rows, count);
          const wanted = text.toLocaleLowerCase();
          const found = list.filter(({ value }) =>
            textOf(value).toLocaleLowerCase().includes(wanted),
          );
          return (
            <>
              <p class="soft" role="status">
                {format(found.length, 'count')} of {format(values, 'count')}
                {values > rows.length && `, the ${format(rows.length, 'count')} most frequent`}
              </p>
              <Head label={label} unit={unit} isMeasured={measure !== undefined} />
              <ol class="ranked">
                {found.map((row) => (
                  <RankedRow
                    key={String(row.value)}
                    {...{ row, by, count, all }}
                    most={list[0]?.[count] ?? 0}
                    isMeasured={measure !== undefined}
                    done={close}
                  />
                ))}
              </ol>
            </>
          );
        }}
      </Shown>
    </>
  );
}

function csvOf(by: Field, rows: readonly (Measured & { value: Row['value'] })[]): string {
  const head = [fieldText(by), 'ids', 'events', 'failures', 'failure_rate', 'median', 'p95'];
  return [
    head,
    ...rows.map(({ value, ids, events, failures, failure_rate, median, p95 }) => [
      value,
      ids,
      events,
      failures,
      failure_rate,
      median,
      p95,
    ]),
  ]
    .map(csvLine)
    .join('');
}
