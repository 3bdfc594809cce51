// What a ranked list of a view is of, what it asks for, and its numbers as a file.

import { fieldText } from '../../../schema/src/condition';
import { csvLine } from '../../../schema/src/csv';
import type { Data, Field, Filter } from '../../../schema/src/question';
import type { Asked } from '../app/scope';
import { duration, percent, valueInWords } from '../format';

/** A column beside the counts. */
export type Extra = 'median' | 'success';

/** What the numbers are of. */
export type Count = 'ids' | 'events';

export type Row = Data['breakdown']['rows'][number];

export interface RankedProps {
  readonly id: string;
  readonly by: Field;
  readonly count?: Count;
  readonly where?: readonly Filter[];
  readonly extra?: Extra;
  /** Asks for durations too, as another panel does: one question for both. */
  readonly isTimed?: boolean;
  /** The rest as a row of its own. Of events alone: machines cannot be added up. */
  readonly hasOther?: boolean;
  /** What one row is, for the head: "Service". */
  readonly label?: string;
  /** What is counted: "Machines". */
  readonly unit: string;
  readonly title: string;
}

/** Values that are asked for at first: those of the panel's file. */
const ASKED = 100;
/** Values that are asked for by "more". */
const ALL = 1_000;

type OfAsked = Pick<RankedProps, 'by' | 'where' | 'extra' | 'count' | 'isTimed'>;

const askedOf = ({ by, where, extra, count = 'ids', isTimed }: OfAsked, limit: number) =>
  ({
    kind: 'breakdown',
    by,
    // Ranked where all of them are counted: what many have is first, though few events are of it.
    order: count,
    limit,
    ...(where && { where }),
    ...((isTimed || extra === 'median') && { measure: { column: 'duration_ms' } }),
  }) as Asked & { kind: 'breakdown' };

/** What such a list asks for at first. */
export const firstAsked = (props: OfAsked) => askedOf(props, ASKED);

/** What it asks for when somebody wants all of it. */
export const allAsked = (props: OfAsked) => askedOf(props, ALL);

/** A value in words. */
export const textOf = (value: Row['value']): string => valueInWords(value);

/** What stands in the extra column. */
export function extraOf({ median, failure_rate }: Row, extra: Extra): string {
  if (extra === 'median') return median === null ? '–' : duration(median);
  return failure_rate === null ? '–' : percent(1 - failure_rate);
}

/** The rows for a spreadsheet. */
export function csvOf(by: Field, rows: readonly Row[]): string {
  const head = [fieldText(by), 'ids', 'events', 'failures', 'failure_rate', 'median', 'p95'];
  const cells = rows.map((row) => [
    row.value,
    row.ids,
    row.events,
    row.failures,
    row.failure_rate,
    row.median,
    row.p95,
  ]);
  return [head, ...cells].map(csvLine).join('');
}
