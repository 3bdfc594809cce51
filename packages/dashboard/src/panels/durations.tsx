// What makes people wait? Median and p95 on one axis, which is logarithmic: a second is as far from ten
// seconds as those are from a hundred.

import type { Data, Filter } from '../../../schema/src/question';
import { type Asked, isFiltered, toggle, useAsked, useScope } from '../app/scope';
import { duration } from '../format';
import { Card, Shown } from '../parts/card';
import type { Panel } from './panel';

type Row = Data['breakdown']['rows'][number];

const SHOWN = 10;
/** Where the axis may begin and end, in ms: round times that people know. */
const TICKS = [
  1, 10, 100, 1_000, 10_000, 60_000, 600_000, 3_600_000, 36_000_000, 360_000_000, 3_600_000_000,
];

/** The ticks around all values. */
function axisOf(rows: readonly Row[]): readonly number[] {
  const least = Math.min(...rows.map(({ median }) => median!));
  const most = Math.max(...rows.map(({ p95 }) => p95!));
  const first = TICKS.findLastIndex((tick) => tick <= Math.max(1, least));
  const last = TICKS.findIndex((tick) => tick >= most);
  return TICKS.slice(Math.max(0, first), (last < 0 ? TICKS.length : Math.max(last, first + 1)) + 1);
}

/** Where a value stands on the axis, in percent. */
function placeOf(value: number, ticks: readonly number[]): number {
  const [low, high] = [Math.log(ticks[0]!), Math.log(ticks.at(-1)!)];
  const at = (Math.log(Math.max(1, value)) - low) / (high - low);
  return Math.min(100, Math.max(0, at * 100));
}

/** A panel of how long each value of a column takes. */
export function durationsBy(column: string, one: string, where: readonly Filter[] = []): Panel {
  const id = 'durations';
  const title = 'Durations';
  const question = `Which ${one} makes people wait?`;
  const asked = {
    kind: 'breakdown',
    by: { column },
    measure: { column: 'duration_ms' },
    limit: 100,
    where,
  } satisfies Asked;
  const Show = () => {
    const scope = useScope();
    const answered = useAsked(scope, asked);
    return (
      <Card {...{ id, title, question }}>
        <Shown of={answered} isEmpty={({ rows }) => rows.every(({ median }) => median === null)}>
          {({ rows }) => {
            const shown = rows.filter(({ median }) => median !== null).slice(0, SHOWN);
            const ticks = axisOf(shown);
            return (
              <table class="durations">
                <caption class="hidden">{title}: median and p95</caption>
                <thead>
                  <tr>
                    <th scope="col">{one.charAt(0).toUpperCase() + one.slice(1)}</th>
                    <th scope="col" class="axis">
                      <span class="hidden">From median to p95</span>
                      {ticks.map((tick) => (
                        <span
                          key={tick}
                          aria-hidden="true"
                          style={{ insetInlineStart: `${placeOf(tick, ticks)}%` }}
                        >
                          {duration(tick)
                            .replace(/[.,]0 /, ' ')
                            .replace(' 0 s', '')}
                        </span>
                      ))}
                    </th>
                    <th scope="col">Median</th>
                    <th scope="col">p95</th>
                  </tr>
                </thead>
                <tbody>
                  {shown.map(({ value, median, p95 }) => {
                    const filter: Filter = { column, op: 'is', value };
                    const [from, to] = [placeOf(median!, ticks), placeOf(p95!, ticks)];
                    return (
                      <tr key={String(value)}>
                        <th scope="row">
                          <button
                            type="button"
                            class="name"
                            aria-pressed={isFiltered(scope, filter)}
                            onClick={() => toggle(scope, filter)}
                          >
                            <bdi>{String(value)}</bdi>
                          </button>
                        </th>
                        <td class="axis" aria-hidden="true">
                          <span
                            class="span"
                            style={{ insetInlineStart: `${from}%`, width: `${to - from}%` }}
                          />
                        </td>
                        <td>{duration(median!)}</td>
                        <td>{duration(p95!)}</td>
                      </tr>
                    );
                  })}
                </tbody>
              </table>
            );
          }}
        </Shown>
      </Card>
    );
  };
  return { id, title, question, Show };
}
