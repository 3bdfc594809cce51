// Numbers along time: a chart by uPlot, the same in words for a screen reader, and as a table. The
// arrow keys go along it.

import { useEffect, useRef, useState } from 'preact/hooks';
import uPlot from 'uplot';
import type { Interval } from '../app/range';
import { compact, duration, format, instant, type Unit } from '../format';
import { Scroll } from './scroll';
import { type Colour, colourOf, useTheme } from './theme';

export interface Line {
  readonly name: string;
  readonly colour: Colour;
  readonly values: readonly (number | null)[];
  /** Of the period before, or of what it is compared with. */
  readonly isDashed?: boolean;
}

interface SeriesProps {
  /** What it shows, for a screen reader. */
  readonly title: string;
  readonly interval: Interval;
  readonly zone: string;
  readonly unit?: Unit;
  /** Starts of the intervals, in ms since 1970. */
  readonly starts: readonly number[];
  readonly lines: readonly Line[];
  /** Now, in ms: the interval that holds it is incomplete, and those after it are not drawn. */
  readonly nowMs?: number;
}

const HEIGHT = 240;

const PARTS: Record<Interval, Intl.DateTimeFormatOptions> = {
  hour: { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' },
  day: { weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' },
  week: { day: 'numeric', month: 'short', year: 'numeric' },
  month: { month: 'long', year: 'numeric' },
};
const TICKS: Record<Interval, Intl.DateTimeFormatOptions> = {
  hour: { hour: '2-digit', minute: '2-digit' },
  day: { day: 'numeric', month: 'short' },
  week: { day: 'numeric', month: 'short' },
  month: { month: 'short', year: 'numeric' },
};

/** An interval in words: "Week of 4 May 2026". */
function nameOf(ms: number, interval: Interval, zone: string): string {
  const text = instant(ms, zone, PARTS[interval]);
  return interval === 'week' ? `Week of ${text}` : text;
}

const axisText = (value: number, unit: Unit): string =>
  unit === 'count' ? compact(value) : unit === 'ms' ? duration(value) : format(value, unit);

/** How long an interval is at most, in ms. */
const LONGEST: Record<Interval, number> = {
  hour: 3_600_000,
  day: 90_000_000,
  week: 608_400_000,
  month: 2_682_000_000,
};

/** The place of the interval that has not ended; undefined when all of them have. */
function openAt({ starts, interval, nowMs }: SeriesProps): number | undefined {
  if (nowMs === undefined) return undefined;
  const at = starts.findLastIndex((start) => start <= nowMs);
  const end = starts[at + 1] ?? (starts[at] ?? 0) + LONGEST[interval];
  return at >= 0 && nowMs < end ? at : undefined;
}

/** The data of a line in one or two: what has not ended is drawn dotted, and what is to come is not. */
function parts({ values }: Line, open: number | undefined): (number | null)[][] {
  if (open === undefined) return [[...values]];
  if (open === 0) return [values.map((value, index) => (index > 0 ? null : value)), []];
  return [
    values.map((value, index) => (index >= open ? null : value)),
    values.map((value, index) => (index < open - 1 || index > open ? null : value)),
  ];
}

function optionsOf(
  { interval, zone, unit = 'count', lines, starts }: SeriesProps,
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
    padding: [12, 12, 0, 0],
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
        space: 74,
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
      ...lines.flatMap((each) => {
        const stroke = colourOf(each.colour);
        const base = { label: each.name, stroke, width: 2, points };
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

export function Series(props: SeriesProps) {
  const { title, interval, zone, unit = 'count', starts, lines } = props;
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | undefined>(undefined);
  const [at, setAt] = useState<number>();
  const [isByKey, setByKey] = useState(false);
  const theme = useTheme();
  const open = openAt(props);
  const shape = JSON.stringify([starts, lines, open, unit, zone]);

  // `shape` stands for all that is drawn.
  useEffect(() => {
    const place = box.current!;
    const data = [
      starts.map((ms) => ms / 1_000),
      ...lines.flatMap((line) => (line.isDashed ? [[...line.values]] : parts(line, open))),
    ] as uPlot.AlignedData;
    const made = new uPlot(optionsOf(props, open, place.clientWidth, setAt), data, place);
    plot.current = made;
    const observer = new ResizeObserver(() => {
      const width = place.clientWidth;
      if (width > 0 && width !== made.width) made.setSize({ width, height: HEIGHT });
    });
    observer.observe(place);
    return () => {
      observer.disconnect();
      made.destroy();
    };
  }, [shape, theme]);

  const wordsAt = (index: number): string =>
    `${nameOf(starts[index]!, interval, zone)}${index === open ? ' (not over yet)' : ''}: ${lines
      .map(({ name, values }) => {
        const value = values[index];
        return `${name} ${value === null || value === undefined ? '–' : format(value, unit)}`;
      })
      .join(', ')}`;

  const moveTo = (index: number) => {
    const { current } = plot;
    if (!current) return;
    setByKey(true);
    const seconds = starts[index]! / 1_000;
    current.setCursor({ left: current.valToPos(seconds, 'x'), top: 0 });
    setAt(index);
  };
  const pressed = (event: KeyboardEvent) => {
    // Nobody walks into the future.
    const last = open ?? starts.length - 1;
    const from = at ?? (event.key === 'ArrowLeft' ? last + 1 : -1);
    const to = { ArrowRight: from + 1, ArrowLeft: from - 1, Home: 0, End: last }[event.key];
    if (to === undefined || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    moveTo(Math.max(0, Math.min(last, to)));
  };

  return (
    <figure class="series">
      <div class="legend">
        <ul>
          {lines.map(({ name, colour, isDashed }) => (
            <li key={name}>
              <span class={`key ${colour}${isDashed ? ' dashed' : ''}`} />
              {name}
            </li>
          ))}
        </ul>
        <p class="soft at" aria-live={isByKey ? 'polite' : 'off'}>
          {at === undefined || at >= starts.length ? '' : wordsAt(at)}
        </p>
      </div>
      <div
        class="plot"
        ref={box}
        role="img"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a picture that the arrow keys go along
        tabIndex={0}
        aria-label={`${title}. ${summary(props, open, wordsAt)} The arrow keys go along it.`}
        onKeyDown={pressed}
        onBlur={() => {
          plot.current?.setCursor({ left: -10, top: -10 });
          setAt(undefined);
          setByKey(false);
        }}
      />
      <Numbers {...props} nameAt={(index) => nameOf(starts[index]!, interval, zone)} />
    </figure>
  );
}

/** The chart in two sentences. */
function summary(
  { starts, lines }: SeriesProps,
  open: number | undefined,
  wordsAt: (index: number) => string,
): string {
  if (starts.length === 0) return 'Nothing.';
  const values = lines[0]!.values.map((value) => value ?? 0);
  const most = values.indexOf(Math.max(...values));
  return `Most: ${wordsAt(most)}. Last: ${wordsAt(open ?? starts.length - 1)}.`;
}

/** The same numbers as a table. */
function Numbers({
  lines,
  starts,
  unit = 'count',
  title,
  nameAt,
}: SeriesProps & { nameAt: (index: number) => string }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>Numbers</summary>
      {isOpen && (
        <Scroll label={title}>
          <table>
            <caption class="hidden">{title}</caption>
            <thead>
              <tr>
                <th scope="col">Time</th>
                {lines.map(({ name }) => (
                  <th scope="col" key={name}>
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {starts.map((start, index) => (
                <tr key={start}>
                  <th scope="row">{nameAt(index)}</th>
                  {lines.map(({ name, values }) => (
                    <td key={name}>
                      {typeof values[index] === 'number' ? format(values[index], unit) : '–'}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </Scroll>
      )}
    </details>
  );
}
