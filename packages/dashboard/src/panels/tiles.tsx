// The numbers at the top: people first, events last.

import { hasColumn, totalsOf, useAsked, useScope } from '../app/scope';
import { searchOf } from '../app/view';
import { peopleOf } from '../app/words';
import { Link } from '../parts/link';
import { Tile } from '../parts/tile';

const sum = (points: readonly { ids: number }[] | undefined): number | undefined =>
  points?.reduce((total, { ids }) => total + ids, 0);

export function Tiles() {
  const scope = useScope();
  const { period, kind, view } = scope;
  const isTimed = hasColumn(scope, 'duration_ms');
  const { interval, beforeSoFar: span } = period;
  const now = useAsked(scope, totalsOf(scope));
  const before = useAsked(scope, span && { ...totalsOf(scope), span });
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
