// Median and p95 of each, on one axis, which is logarithmic: a second is as far from ten seconds as
// those are from a hundred.

import type { ComponentChildren } from 'preact';
import { duration } from '../format';

/** How long something takes, in ms. */
export interface Timed {
  readonly name: string;
  readonly median: number;
  readonly p95: number;
}

/** Where the axis may begin and end, in ms: round times that people know. */
const TICKS = [
  1, 10, 100, 1_000, 10_000, 60_000, 600_000, 3_600_000, 36_000_000, 360_000_000, 3_600_000_000,
];

/** The ticks around all values. */
function axisOf(rows: readonly Timed[]): readonly number[] {
  const least = Math.min(...rows.map(({ median }) => median));
  const most = Math.max(...rows.map(({ p95 }) => p95));
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

/** How far apart two words at the axis stand at least, in percent of it. */
const APART = 30;

/** The ticks that are told: the first, the last, and those between that have room. */
function labelled(ticks: readonly number[]): readonly number[] {
  let before = 0;
  return ticks.filter((tick, index) => {
    const at = placeOf(tick, ticks);
    const isTold =
      index === 0 || index === ticks.length - 1 || (at - before >= APART && 100 - at >= APART);
    if (isTold) before = at;
    return isTold;
  });
}

interface DurationsProps<Row extends Timed> {
  /** What one row is: "Command". */
  readonly label: string;
  readonly title: string;
  readonly rows: readonly Row[];
  /** The name of a row, where it does something. */
  readonly nameOf?: (row: Row) => ComponentChildren;
}

/** A table of durations. Call it with at least one row. */
export function Durations<Row extends Timed>({
  label,
  title,
  rows,
  nameOf = ({ name }) => <bdi>{name}</bdi>,
}: DurationsProps<Row>) {
  const ticks = axisOf(rows);
  return (
    <table class="durations">
      <caption class="hidden">{title}: median and p95</caption>
      <thead>
        <tr>
          <th scope="col">{label}</th>
          <th scope="col" class="axis">
            <span class="hidden">From median to p95</span>
            {labelled(ticks).map((tick) => (
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
        {rows.map((row) => {
          const [from, to] = [placeOf(row.median, ticks), placeOf(row.p95, ticks)];
          return (
            <tr key={row.name}>
              <th scope="row">{nameOf(row)}</th>
              <td class="axis" aria-hidden="true">
                {ticks.map((tick) => (
                  <span
                    key={tick}
                    class="tick"
                    style={{ insetInlineStart: `${placeOf(tick, ticks)}%` }}
                  />
                ))}
                <span
                  class="span"
                  style={{ insetInlineStart: `${from}%`, width: `${to - from}%` }}
                />
              </td>
              <td>{duration(row.median)}</td>
              <td>{duration(row.p95)}</td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
