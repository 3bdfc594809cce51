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
const DASHES = [
  { dash: [8, 3] },
  { dash: [3, 3] },
  { dash: [8, 3], width: 1 },
  { dash: [3, 3], width: 1 },
];

/** Whether the colours are those that a person chose for all pages. */
const isForced = (): boolean => matchMedia('(forced-colors: active)').matches;

/** Places of intervals that are incomplete. */
export interface Incomplete {
  /** The one that has not ended. */
  readonly open: number | undefined;
  /** Those of which the range has only a part. */
  readonly cut: readonly number[];
}

/** Whether a line has a dotted part beside its own. */
const hasDotted = ({ open, cut }: Incomplete): boolean => open !== undefined || cut.length > 0;

/** The data of a line in one or two: what is incomplete is drawn dotted, and what is to come is not. */
function parts({ values }: Line, incomplete: Incomplete): (number | null)[][] {
  if (!hasDotted(incomplete)) return [[...values]];
  const { open = values.length, cut } = incomplete;
  const isPart = (at: number) => at === open || cut.includes(at);
  const isDotted = (at: number) => isPart(at) || isPart(at - 1) || isPart(at + 1);
  const past = (value: number | null, at: number) => (at > open ? null : value);
  // Alone it is a point, as any other.
  if (open === 0 || values.length === 1) return [values.map(past), values.map(() => null)];
  return [
    values.map((value, at) => (at > open || isPart(at) ? null : value)),
    values.map((value, at) => (at > open || !isDotted(at) ? null : value)),
  ];
}

/** Places of values with none beside them: no line goes through them. */
const aloneIn = ({ values }: Line): number[] => {
  const isThere = (at: number) => (values[at] ?? null) !== null;
  return values.flatMap((_value, at) =>
    isThere(at) && !isThere(at - 1) && !isThere(at + 1) ? [at] : [],
  );
};

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
  incomplete: Incomplete,
  width: number,
  moved: (index: number | undefined) => void,
): uPlot.Options {
  const [soft, line] = [colourOf('soft'), colourOf('line')];
  const font = '12px system-ui, sans-serif';
  const grid = { stroke: line, width: 1 };
  const ticks = { show: false };
  const isPoints = starts.length < 2 || incomplete.open === 0;
  // One area at most, and only in a colour that can be made lighter.
  const isFilled =
    lines.filter(({ isDashed }) => !isDashed).length === 1 && colourOf('a').startsWith('#');
  return {
    width,
    height: HEIGHT,
    legend: { show: false },
    // The last week or month stands under the edge: half of its name is beyond it.
    padding: [12, interval === 'month' || interval === 'week' ? 30 : 12, 0, 0],
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
        // Of weeks and months, only their starts: others would be days in the middle of them.
        ...((interval === 'week' || interval === 'month') && {
          splits: (plot) => thinned(starts, plot.width),
        }),
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
        const alone = aloneIn(each);
        const points: uPlot.Series.Points = {
          show: isPoints,
          // Of what is drawn here: a line may have a dotted part beside its own.
          filter: ({ data }, at) =>
            isPoints ? null : alone.filter((place) => (data[at]?.[place] ?? null) !== null),
        };
        const base = { label: each.name, stroke, width: 2, points, ...dash };
        const whole = each.isDashed
          ? { ...base, width: 1.5, dash: [6, 4] }
          : { ...base, ...(isFilled && each.colour === 'a' && { fill: `${stroke}1f` }) };
        return hasDotted(incomplete) && !each.isDashed
          ? [whole, { ...base, dash: [2, 4] }]
          : [whole];
      }),
    ],
    cursor: { y: false, drag: { x: false, y: false } },
    hooks: {
      setCursor: [(plot) => moved(plot.cursor.idx ?? undefined)],
    },
  };
}

/** Its data: of what is drawn, and of what of it is incomplete. */
export const dataOf = ({ starts, lines }: Plotted, incomplete: Incomplete): uPlot.AlignedData =>
  [
    starts.map((ms) => ms / 1_000),
    ...lines.flatMap((line) => (line.isDashed ? [[...line.values]] : parts(line, incomplete))),
  ] as uPlot.AlignedData;
