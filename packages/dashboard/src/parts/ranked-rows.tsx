// The rows of a ranked list: a bar, a name, its numbers, all of it text. What a name or a number does
// is for those who show them to say.

import type { ComponentChildren } from 'preact';
import { format } from '../format';

/** A column of numbers: as wide as counts are, as shares, or as durations. */
export interface Column {
  readonly name: string;
  readonly width?: 'share' | 'measured';
}

/** A head of more letters is wider than its numbers are. */
const LONG = 9;

const classOf = (width: Column['width']): string => (width ? `figure ${width}` : 'figure');

/** What the columns are. A screen reader is told by the list's panel. */
export function RankedHead({ label, columns }: { label: string; columns: readonly Column[] }) {
  return (
    <div class="ranked-head soft" aria-hidden="true">
      <span class="name">{label}</span>
      {columns.map(({ name, width }) => (
        <span key={name} class={`${classOf(width)}${name.length > LONG ? ' long' : ''}`}>
          {name}
        </span>
      ))}
    </div>
  );
}

interface FigureProps {
  readonly width?: Column['width'];
  readonly children: ComponentChildren;
}

/** A number in its column. */
export const Figure = ({ width, children }: FigureProps) => (
  <span class={classOf(width)}>{children}</span>
);

interface RankedRowProps {
  /** The length of its bar, from 0 to 1; undefined: it has none. */
  readonly bar?: number;
  /** Not one of the values: the rest of them. */
  readonly isSoft?: boolean;
  /** The name, then its figures. */
  readonly children: ComponentChildren;
}

/** A row. */
export const RankedRow = ({ bar, isSoft, children }: RankedRowProps) => (
  <li class={isSoft ? 'soft' : undefined}>
    {bar !== undefined && <span class="bar" style={{ width: `${bar * 100}%` }} />}
    {children}
  </li>
);

/** A name that does nothing. */
export const Name = ({ children }: { children: string }) => (
  <span class="name">
    <bdi>{children}</bdi>
  </span>
);

/** "28 more", and the list as a file. */
export function Below({
  title,
  more,
  open,
  csv,
}: {
  readonly title: string;
  readonly more: number;
  readonly open: () => void;
  readonly csv: () => void;
}) {
  return (
    <p class="below">
      {more > 0 ? (
        <button type="button" class="quiet" onClick={open}>
          {format(more, 'count')} more
        </button>
      ) : (
        <span />
      )}
      <button type="button" class="quiet" aria-label={`CSV: ${title}`} onClick={csv}>
        CSV
      </button>
    </p>
  );
}
