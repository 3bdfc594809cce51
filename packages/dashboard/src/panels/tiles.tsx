// The numbers at the top: people first, events last. Each leads to the events behind it.

import type { Filter } from '../../../schema/src/question';
import { hasColumn, totalsOf, useAsked, useScope } from '../app/scope';
import { searchOf } from '../app/view';
import { peopleOf } from '../app/words';
import { useHeld } from '../parts/held';
import { Link } from '../parts/link';
import { Tile, type TileProps } from '../parts/tile';

const FAILED: Filter = { column: 'success', op: 'is', value: false };

const sum = (points: readonly { ids: number }[] | undefined): number | undefined =>
  points?.reduce((total, { ids }) => total + ids, 0);

const rateOf = (of: { failure_rate: number | null } | undefined) =>
  of && (of.failure_rate === null ? null : 1 - of.failure_rate);

/** What the tiles show, and how the answers to it stand. */
function useTiles() {
  const scope = useScope();
  const { period, kind, view } = scope;
  const { interval, beforeSoFar: span } = period;
  const now = useAsked(scope, totalsOf(scope));
  const before = useAsked(scope, span && { ...totalsOf(scope), span });
  const fresh = useAsked(scope, { kind: 'new_ids', interval });
  const freshBefore = useAsked(scope, span && { kind: 'new_ids', interval, span });
  const [a, b] = [now.answer?.data?.now, before.answer?.data?.now];
  const people = peopleOf(kind);
  /** A link to the events behind a number. */
  const to = (where: readonly Filter[] = [], title?: string): NonNullable<TileProps['link']> => {
    const href = searchOf({ ...view, page: 'events', where: [...view.where, ...where] });
    return (text) => <Link {...{ href, ...(title && { title }) }}>{text}</Link>;
  };
  const tiles: TileProps[] = [
    { name: people, value: a?.ids, before: b?.ids, isMoreBetter: true, link: to() },
    {
      name: `New ${people.toLowerCase()}`,
      value: sum(fresh.answer?.data?.points),
      before: sum(freshBefore.answer?.data?.points),
      isMoreBetter: true,
    },
  ];
  if (hasColumn(scope, 'success')) {
    tiles.push({
      name: 'Success rate',
      unit: 'percent',
      value: rateOf(a),
      before: rateOf(b),
      isMoreBetter: true,
      link: to([FAILED], 'Those that failed'),
    });
  }
  if (hasColumn(scope, 'duration_ms')) {
    tiles.push({
      name: 'Median duration',
      unit: 'ms',
      value: a?.median,
      before: b?.median,
      isMoreBetter: false,
    });
  }
  tiles.push({ name: 'Events', value: a?.events, before: b?.events, link: to() });
  const asked = span ? [now, before, fresh, freshBefore] : [now, fresh];
  const isThere = asked.every(({ answer }) => answer);
  const error = asked.find((each) => each.error)?.error;
  return { tiles, isThere, error };
}

export function Tiles({ id }: { readonly id: string }) {
  const { tiles, isThere, error } = useTiles();
  // They belong together, and change together.
  const { held = tiles, isOld } = useHeld({ answer: isThere ? tiles : undefined, error });
  return (
    <dl
      id={id}
      class={`tiles${error ? ' stale' : isOld ? ' held' : ''}`}
      aria-label="Totals"
      aria-busy={!isThere && !error}
    >
      {held.map((tile) => (
        <Tile key={tile.name} {...tile} />
      ))}
    </dl>
  );
}
