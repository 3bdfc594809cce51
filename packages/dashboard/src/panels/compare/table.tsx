// Rows with a number for each side, and how the two differ.

import { format } from '../../format';
import { change } from '../../parts/tile';
import type { Side } from './sides';

export interface RowProps {
  readonly name: string;
  readonly values: readonly [number | null, number | null];
  readonly unit: 'count' | 'ms' | 'percent';
}

/** A row. */
export function CompareRow({ name, values: [a, b], unit }: RowProps) {
  const text = (value: number | null) => (value === null ? '–' : format(value, unit));
  const differs = a === null || b === null ? undefined : change(a, b, unit);
  return (
    <tr>
      <th scope="row">
        <bdi>{name}</bdi>
      </th>
      <td>{text(a)}</td>
      <td>{text(b)}</td>
      <td>{differs?.text ?? '–'}</td>
    </tr>
  );
}

/** In a narrow column days may break anywhere, so that every side is in view. */
const breakable = (words: string) => words.replaceAll('\u00a0', ' ');

/** The days of both sides: on a phone they stand above the table, where a line is long enough for them. */
export function Days({ sides }: { sides: readonly [Side, Side] }) {
  if (!sides[0].role) return null;
  return (
    <ul class="sides soft">
      {sides.map(({ name, role }) => (
        <li key={role}>
          {role}: {name}
        </li>
      ))}
    </ul>
  );
}

/** The head of such a table. */
export function Head({ first, sides }: { first: string; sides: readonly [Side, Side] }) {
  return (
    <thead>
      <tr>
        <th scope="col">{first}</th>
        {sides.map(({ name, role }) => (
          <th scope="col" key={name}>
            {role && <span>{role}</span>}
            <span class={role && 'days'}>{breakable(name)}</span>
          </th>
        ))}
        <th scope="col">{sides[0].role ? 'Change' : 'Difference'}</th>
      </tr>
    </thead>
  );
}
