// The numbers at the top: people first, events last.

import { COLUMNS } from '../../../schema/src/columns';
import { type Scope, useAsked, useScope } from '../app/scope';
import { searchOf } from '../app/view';
import { peopleOf } from '../app/words';
import { Link } from '../parts/link';
import { Tile } from '../parts/tile';

const hasColumn = ({ kind }: Scope, name: string): boolean =>
  COLUMNS.some((column) => column.name === name && column.kinds.includes(kind));

const sum = (points: readonly { ids: number }[] | undefined): number | undefined =>
  points?.reduce((total, { ids }) => total + ids, 0);

export function Tiles() {
  const scope = useScope();
  const { period, kind, view } = scope;
  const isTimed = hasColumn(scope, 'duration_ms');
  const measure = isTimed ? ({ measure: { column: 'duration_ms' } } as const) : {};
  const { interval, beforeSoFar: span } = period;
  const now = useAsked(scope, { kind: 'totals', ...measure });
  const before = useAsked(scope, span && { kind: 'totals', ...measure, span });
  const fresh = useAsked(scope, { kind: 'new_ids', interval });
  const freshBefore = useAsked(scope, span && { kind: 'new_ids', interval, span });
  const [a, b] = [now.answer?.data?.now, before.answer?.data?.now];
  const isStale = now.error !== undefined;
  return (
    <dl class={isStale ? 'tiles stale' : 'tiles'} aria-label="Totals">
      <Tile name={peopleOf(kind)} value={a?.ids} before={b?.ids} isMoreBetter />
      <Tile
        name={`New ${peopleOf(kind).toLowerCase()}`}
        value={sum(fresh.answer?.data?.points)}
        before={sum(freshBefore.answer?.data?.points)}
        isMoreBetter
      />
      {hasColumn(scope, 'success') && (
        <Tile
          name="Success rate"
          unit="percent"
          value={a && (a.failure_rate === null ? null : 1 - a.failure_rate)}
          before={b && (b.failure_rate === null ? null : 1 - b.failure_rate)}
          isMoreBetter
        />
      )}
      {isTimed && (
        <Tile
          name="Median duration"
          unit="ms"
          value={a?.median}
          before={b?.median}
          isMoreBetter={false}
        />
      )}
      <Tile
        name="Events"
        value={a?.events}
        before={b?.events}
        link={(text) => <Link href={searchOf({ ...view, page: 'events' })}>{text}</Link>}
      />
    </dl>
  );
}
