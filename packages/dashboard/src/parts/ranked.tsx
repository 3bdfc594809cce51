// A ranked list: name, bar, number, share, all of it text. A name filters the view, a number leads to
// the events behind it; the rest is behind "28 more", with a search.

import { useState } from 'preact/hooks';
import { fieldText } from '../../../schema/src/condition';
import { csvLine } from '../../../schema/src/csv';
import type { Data, Field, Filter, Measured } from '../../../schema/src/question';
import { download } from '../app/download';
import { type Asked, headOf, isFiltered, toggle, totalsOf, useAsked, useScope } from '../app/scope';
import { searchOf } from '../app/view';
import { duration, format, percent } from '../format';
import { Shown } from './card';
import { Dialog } from './dialog';
import { Link } from './link';

/** A column beside the counts. */
export type Extra = 'median' | 'success';

const EXTRAS: Record<Extra, string> = { median: 'Median', success: 'Success' };

/** What the numbers are of. */
export type Count = 'ids' | 'events';

type Row = Data['breakdown']['rows'][number];

/** Rows that are shown before "more". */
const SHOWN = 9;
/** Values that are asked for at first: those of the panel's CSV. */
const ASKED = 100;
const ALL = 1_000;

const textOf = (value: Row['value']): string =>
  value === null ? '(none)' : value === '' ? '(empty)' : String(value);

const filterOf = (by: Field, { value }: Row): Filter => ({ ...by, op: 'is', value }) as Filter;

function extraOf({ median, failure_rate }: Row, extra: Extra): string {
  if (extra === 'median') return median === null ? '–' : duration(median);
  return failure_rate === null ? '–' : percent(1 - failure_rate);
}

interface RowProps {
  readonly row: Row;
  readonly by: Field;
  readonly count: Count;
  readonly most: number;
  readonly all: number;
  readonly extra: Extra | undefined;
  readonly done?: () => void;
}

function RankedRow({ row, by, count, most, all, extra, done }: RowProps) {
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
      {extra && <span class="figure measured">{extraOf(row, extra)}</span>}
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

export interface RankedProps {
  readonly id: string;
  readonly by: Field;
  readonly count?: Count;
  readonly where?: readonly Filter[];
  readonly extra?: Extra;
  /** The rest as a row of its own. Of events alone: machines cannot be added up. */
  readonly hasOther?: boolean;
  /** What one row is, for the head: "Service". */
  readonly label?: string;
  /** What is counted: "Machines". */
  readonly unit: string;
  readonly title: string;
}

/** What such a list asks for at first. */
export const firstAsked = (props: RankedProps) => askedOf(props, ASKED);

const askedOf = ({ by, where, extra, count = 'ids' }: RankedProps, limit: number) =>
  ({
    kind: 'breakdown',
    by,
    // Ranked where they are all counted: what many have and few events are of is among the first.
    ...(count === 'ids' && { order: count }),
    limit,
    ...(where && { where }),
    ...(extra === 'median' && { measure: { column: 'duration_ms' } }),
  }) as Asked & { kind: 'breakdown' };

/** The list of a breakdown, whole with its "more". */
export function Ranked(props: RankedProps) {
  const { count = 'ids', by, extra, where, label = headOf(by), unit, title } = props;
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
        return (
          <>
            <Head label={label} unit={unit} extra={extra} />
            <ol class="ranked">
              {shown.map((row) => (
                <RankedRow
                  key={String(row.value)}
                  {...{ row, by, count, all }}
                  most={list[0]![count]}
                  extra={extra}
                />
              ))}
              {props.hasOther && more > 0 && (
                <Other count={events - shown.reduce((sum, row) => sum + row.events, 0)} all={all} />
              )}
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

function Other({ count, all }: { count: number; all: number }) {
  return (
    <li class="soft">
      <span class="name">Other</span>
      <span class="figure">{format(count, 'count')}</span>
      <span class="figure share">{percent(all > 0 ? count / all : 0)}</span>
    </li>
  );
}

function Head({ label, unit, extra }: { label: string; unit: string; extra: Extra | undefined }) {
  return (
    <div class="ranked-head soft" aria-hidden="true">
      <span class="name">{label}</span>
      {extra && <span class="figure measured">{EXTRAS[extra]}</span>}
      <span class="figure">{unit}</span>
      <span class="figure share">Share</span>
    </div>
  );
}

/** All values, with a search in them. */
function Everything(props: RankedProps & { all: number; close: () => void }) {
  const { count = 'ids', by, all, close, unit, label = headOf(by), extra } = props;
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
        {({ rows: list, values }) => {
          const wanted = text.toLocaleLowerCase();
          const found = list.filter(({ value }) =>
            textOf(value).toLocaleLowerCase().includes(wanted),
          );
          return (
            <>
              <p class="soft" role="status">
                {format(found.length, 'count')} of {format(values, 'count')}
                {values > list.length && `, the first ${format(list.length, 'count')}`}
              </p>
              <Head label={label} unit={unit} extra={extra} />
              <ol class="ranked">
                {found.map((row) => (
                  <RankedRow
                    key={String(row.value)}
                    {...{ row, by, count, all }}
                    most={list[0]?.[count] ?? 0}
                    extra={extra}
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
