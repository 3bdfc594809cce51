// How uPlot draws lines along time: its options, and the data of each line.

import uPlot from 'uplot';
import type { Interval } from '../../../schema/src/question';
import { compact, duration, format, instant, type Unit } from '../format';
import { TICKS } from './intervals';
import { type Colour, colourOf } from './theme';

export interface Line {
  readonly name: string;
  readonly colour: Colour;
  readonly values: readonly (number | null)[];
  /** Of the period before, or of what it is compared with. */
  readonly isDashed?: boolean;
}

/** What is drawn. */
export interface Plotted {
  readonly interval: Interval;
  readonly zone: string;
  readonly unit?: Unit;
  /** Starts of the intervals, in ms since 1970. */
  readonly starts: readonly number[];
  readonly lines: readonly Line[];
}

/** In pixels. */
export const HEIGHT = 240;

const axisText = (value: number, unit: Unit): string =>
  unit === 'count' ? compact(value) : unit === 'ms' ? duration(value) : format(value, unit);

/** As the style sheet has them in the legend. */
const DASHES = [{ dash: [8, 3] }, { dash: [3, 3] }, { dash: [8, 3], width: 1 }];

/** Whether the colours are those that a person chose for all pages. */
const isForced = (): boolean => matchMedia('(forced-colors: active)').matches;

/** The data of a line in one or two: what has not ended is drawn dotted, and what is to come is not. */
function parts({ values }: Line, open: number | undefined): (number | null)[][] {
  if (open === undefined) return [[...values]];
  if (open === 0) return [values.map((value, index) => (index > 0 ? null : value)), []];
  return [
    values.map((value, index) => (index >= open ? null : value)),
    values.map((value, index) => (index < open - 1 || index > open ? null : value)),
  ];
}

/** What a name at the axis takes, in pixels. */
const SPACE = 74;

/** As many of the starts as have room, in seconds; evenly, up to the last one. */
function thinned(starts: readonly number[], width: number): number[] {
  const step = Math.ceil(starts.length / Math.max(1, Math.floor((width - 80) / SPACE)));
  return starts
    .filter((_start, index) => (starts.length - 1 - index) % step === 0)
    .map((ms) => ms / 1_000);
}

/** The options of a chart `width` pixels wide; `moved` is told where the cursor stands. */
export function optionsOf(
  { interval, zone, unit = 'count', lines, starts }: Plotted,
  open: number | undefined,
  width: number,
  moved: (index: number | undefined) => void,
): uPlot.Options {
  const [soft, line] = [colourOf('soft'), colourOf('line')];
  const font = '12px system-ui, sans-serif';
  const grid = { stroke: line, width: 1 };
  const ticks = { show: false };
  const points = { show: starts.length < 2 || open === 0 };
  // One area at most, and only in a colour that can be made lighter.
  const isFilled =
    lines.filter(({ isDashed }) => !isDashed).length === 1 && colourOf('a').startsWith('#');
  return {
    width,
    height: HEIGHT,
    legend: { show: false },
    // The last month stands under the edge: half of its name is beyond it.
    padding: [12, interval === 'month' ? 30 : 12, 0, 0],
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1_000), zone),
    scales: {
      y: { range: (_plot, _min, max) => [0, Math.max(unit === 'count' ? 4 : 0.01, max * 1.08)] },
    },
    axes: [
      {
        stroke: soft,
        font,
        grid: { show: false },
        ticks,
        size: 30,
        space: SPACE,
        // Of months, only their starts: where there are few, days would be named by their month too.
        ...(interval === 'month' && { splits: (plot) => thinned(starts, plot.width) }),
        values: (_plot, splits) => splits.map((at) => instant(at * 1_000, zone, TICKS[interval])),
      },
      {
        stroke: soft,
        font,
        grid,
        ticks,
        size: unit === 'ms' ? 72 : 48,
        incrs:
          unit === 'count'
            ? [1, 2, 5, 10, 20, 50]
                .concat(
                  [100, 200, 500].flatMap((each) =>
                    [1, 10, 100, 1e3, 1e4, 1e5, 1e6].map((by) => each * by),
                  ),
                )
                .sort((a, b) => a - b)
            : undefined!,
        values: (_plot, splits) => splits.map((value) => axisText(value, unit)),
      },
    ],
    series: [
      {},
      ...lines.flatMap((each, index) => {
        const stroke = colourOf(each.colour);
        // Without colours of its own a page tells lines apart by how they are dashed.
        const dash = isForced() && index > 0 ? DASHES[(index - 1) % DASHES.length]! : {};
        const base = { label: each.name, stroke, width: 2, points, ...dash };
        const whole = each.isDashed
          ? { ...base, width: 1.5, dash: [6, 4] }
          : { ...base, ...(isFilled && each.colour === 'a' && { fill: `${stroke}1f` }) };
        return open !== undefined && !each.isDashed ? [whole, { ...base, dash: [2, 4] }] : [whole];
      }),
    ],
    cursor: { y: false, drag: { x: false, y: false } },
    hooks: {
      setCursor: [(plot) => moved(plot.cursor.idx ?? undefined)],
    },
  };
}

/** Its data: of what is drawn, and `open`, the place of the interval that is not over. */
export const dataOf = ({ starts, lines }: Plotted, open: number | undefined): uPlot.AlignedData =>
  [
    starts.map((ms) => ms / 1_000),
    ...lines.flatMap((line) => (line.isDashed ? [[...line.values]] : parts(line, open))),
  ] as uPlot.AlignedData;
