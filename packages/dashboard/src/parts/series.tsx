// Numbers along time: a chart by uPlot, the same in words for a screen reader, and as a table. The
// arrow keys go along it.

import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import uPlot from 'uplot';
import { format, type Unit } from '../format';
import { CUT, cutAt, nameOf, openAt, SO_FAR } from './intervals';
import { Numbers } from './numbers';
import { dataOf, HEIGHT, type Line, optionsOf, type Plotted } from './plot';
import { useTheme } from './theme';

export type { Line } from './plot';

interface SeriesProps extends Plotted {
  /** What it shows, for a screen reader. */
  readonly title: string;
  /** Now, in ms: the interval that holds it is incomplete, and those after it are not drawn. */
  readonly nowMs?: number;
  /** What is asked about: the first and the last interval may lie in it only in part. */
  readonly range?: { readonly from: number; readonly to: number } | undefined;
  /** What stands in the legend; the name of a line if it is missing. */
  readonly legendOf?: (line: Line) => ComponentChildren;
  /** Is told the start of the interval that was clicked, or that Enter was pressed on. */
  readonly pick?: ((start: number) => void) | undefined;
}

const valueText = (value: number | null | undefined, unit: Unit): string =>
  value === null || value === undefined ? '–' : format(value, unit);

export function Series(props: SeriesProps) {
  const { title, interval, zone, unit = 'count', starts, lines } = props;
  const { legendOf = ({ name }) => name, pick } = props;
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | undefined>(undefined);
  const [at, setAt] = useState<number>();
  const [isByKey, setByKey] = useState(false);
  const theme = useTheme();
  const open = openAt(props);
  const cut = cutAt(props).filter((each) => each !== open);
  const shape = JSON.stringify([starts, lines, open, cut, unit, zone]);

  // `shape` stands for all that is drawn.
  useEffect(() => {
    const place = box.current!;
    const options = optionsOf(props, { open, cut }, place.clientWidth, setAt);
    const made = new uPlot(options, dataOf(props, { open, cut }), place);
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

  const timeAt = (index: number): string =>
    `${nameOf(starts[index]!, interval, zone)}${
      index === open ? ' (not over yet)' : cut.includes(index) ? ' (only in part)' : ''
    }`;
  const wordsAt = (index: number): string =>
    `${timeAt(index)}: ${lines
      .map(({ name, values }) => `${name} ${valueText(values[index], unit)}`)
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
    if (event.key === 'Enter' && at !== undefined) pick?.(starts[at]!);
    const to = { ArrowRight: from + 1, ArrowLeft: from - 1, Home: 0, End: last }[event.key];
    if (to === undefined || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    moveTo(Math.max(0, Math.min(last, to)));
  };

  return (
    <figure class="series">
      <div class="legend">
        <ul>
          {lines.map((line) => (
            <li key={line.name}>
              <span class={`key ${line.colour}${line.isDashed ? ' dashed' : ''}`} />
              {legendOf(line)}
            </li>
          ))}
          {open !== undefined && (
            <li class="soft">
              <span class="key dotted" />
              {SO_FAR[interval]}
            </li>
          )}
          {cut.length > 0 && (
            <li class="soft">
              <span class="key dotted" />
              {CUT[interval]}
            </li>
          )}
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
        aria-label={`${title}. ${summary(props, open, wordsAt)} The arrow keys go along it${pick ? ', Enter shows that time' : ''}.`}
        style={pick && { cursor: 'pointer' }}
        onClick={() => {
          if (at !== undefined && at < starts.length) pick?.(starts[at]!);
        }}
        onKeyDown={pressed}
        onBlur={() => {
          plot.current?.setCursor({ left: -10, top: -10 });
          setAt(undefined);
          setByKey(false);
        }}
      />
      <Numbers
        title={title}
        columns={['Time', ...lines.map(({ name }) => name)]}
        rows={() =>
          starts.map((_start, index) => [
            timeAt(index),
            ...lines.map(({ values }) => valueText(values[index], unit)),
          ])
        }
      />
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
