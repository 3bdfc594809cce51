// The numbers of a panel as a table, made when somebody opens it: long ones take their time.

import { useState } from 'preact/hooks';
import { Scroll } from './scroll';

interface NumbersProps {
  /** What is in it, for a screen reader. */
  readonly title: string;
  readonly columns: readonly string[];
  /** Places of columns that hold text, besides the first. */
  readonly texts?: readonly number[];
  /** The cells of each row; its first one names it. */
  readonly rows: () => readonly (readonly string[])[];
}

/** Folded away until it is opened. */
export function Numbers({ title, columns, texts = [], rows }: NumbersProps) {
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
                {columns.map((name, index) => (
                  <th scope="col" key={name} class={texts.includes(index) ? 'text' : undefined}>
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows().map(([name, ...cells], index) => (
                <tr key={index}>
                  <th scope="row">
                    <bdi>{name}</bdi>
                  </th>
                  {cells.map((cell, at) => (
                    <td key={columns[at + 1]} class={texts.includes(at + 1) ? 'text' : undefined}>
                      {cell}
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
