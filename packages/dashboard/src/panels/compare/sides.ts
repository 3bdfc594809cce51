// What is compared, as the address has it: a period with another, or two values in the same.

import { readFilter } from '../../../../schema/src/condition';
import type { Filter } from '../../../../schema/src/question';
import { daysOfCustom, periodOf, type Span } from '../../app/range';
import { oneOf, type Scope } from '../../app/scope';
import type { AskError } from '../../app/server';
import { dayOf, isoOf } from '../../app/zone';
import { daysInWords, valueInWords } from '../../format';

/** What stands on one side. */
export interface Side {
  readonly name: string;
  /** What it is of the two: "This period". None where its name says it. */
  readonly role?: string;
  readonly span?: Span;
  /** As much of it as has gone by of the other side, which is not over: for totals. */
  readonly soFar?: Span;
  readonly where?: readonly Filter[];
}

/** A condition of an address; undefined when it is none. */
export function conditionOf(text: string | undefined): Filter | undefined {
  try {
    return text === undefined ? undefined : readFilter('side', text);
  } catch {
    return undefined;
  }
}

/** The first and the last day of a span. */
export const daysOf = ({ from, to }: Span, zone: string): readonly [string, string] => [
  isoOf(dayOf(from, zone)),
  isoOf(dayOf(to - 1, zone)),
];

/** The two sides that the address names; the second undefined: there is nothing to compare with. */
export function sidesOf(scope: Scope): readonly [Side, Side | undefined] {
  const { view, period, zone, nowMs } = scope;
  const [a, b] = view.sides;
  const [first, second] = [conditionOf(a), conditionOf(b)];
  if (first && second) {
    const side = (filter: Filter): Side => ({
      name: `${oneOf(filter)} ${valueInWords(filter.value)}`,
      where: [filter],
    });
    return [side(first), side(second)];
  }
  const now = { name: daysInWords(period.days.from, period.days.to), role: 'This period' };
  if (a && typeof daysOfCustom(a) === 'object') {
    const other = periodOf(a, zone, nowMs);
    return [
      now,
      { name: daysInWords(other.days.from, other.days.to), role: 'Other period', span: other },
    ];
  }
  const { before, beforeSoFar } = period;
  if (!before || !beforeSoFar) return [now, undefined];
  return [
    now,
    {
      name: daysInWords(...daysOf(before, zone)),
      role: 'Period before',
      span: before,
      soFar: beforeSoFar,
    },
  ];
}

interface Known<T> {
  readonly answer?: T | undefined;
  readonly error?: AskError;
  readonly isAsking: boolean;
}

/** An answer of the first side once there is one of the second too: half of a comparison is none. */
export const onceBoth = <T>(first: Known<T>, second: Known<unknown>): Known<T> =>
  second.answer ? first : { isAsking: true, ...(second.error && { error: second.error }) };

/** What a side adds to a question. */
export const asked = ({ span, where }: Side) => ({
  ...(span && { span }),
  ...(where && { where }),
});
/** The same, for totals: of a period that goes on, as much of the other as has gone by. */
export const askedSoFar = (side: Side) => asked(side.soFar ? { ...side, span: side.soFar } : side);
