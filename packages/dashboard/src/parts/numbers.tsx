// The numbers of a panel as a table, made when somebody opens it: long ones take their time.

import { useState } from 'preact/hooks';
import { Scroll } from './scroll';

interface NumbersProps {
  /** What is in it, for a screen reader. */
  readonly title: string;
  readonly columns: readonly string[];
  /** The cells of each row; its first one names it. */
  readonly rows: () => readonly (readonly string[])[];
}

/** Folded away until it is opened. */
export function Numbers({ title, columns, rows }: NumbersProps) {
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
                {columns.map((name) => (
                  <th scope="col" key={name}>
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows().map(([name, ...cells]) => (
                <tr key={name}>
                  <th scope="row">
                    <bdi>{name}</bdi>
                  </th>
                  {cells.map((cell, index) => (
                    <td key={columns[index + 1]}>{cell}</td>
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
