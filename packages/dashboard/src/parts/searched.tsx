// All rows of a ranked list, with a search in their names.

import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { format } from '../format';

interface SearchedProps {
  /** What is searched in. */
  readonly title: string;
  /** Shows what was found; `isWanted` says whether a name has what somebody searches for. */
  readonly children: (isWanted: (name: string) => boolean) => ComponentChildren;
}

/** A search, and what it finds. */
export function Searched({ title, children }: SearchedProps) {
  const [text, setText] = useState('');
  const wanted = text.toLocaleLowerCase();
  return (
    <>
      <input
        type="search"
        value={text}
        placeholder="Search"
        aria-label={`Search in ${title}`}
        onInput={(event) => setText(event.currentTarget.value)}
      />
      {children((name) => name.toLocaleLowerCase().includes(wanted))}
    </>
  );
}

interface FoundProps {
  readonly found: number;
  /** How many there are at all. */
  readonly all: number;
  /** How many of them are here, the first ones. */
  readonly listed: number;
}

/** How many were found, of how many; said as it changes. */
export const Found = ({ found, all, listed }: FoundProps) => (
  <p class="soft" role="status">
    {format(found, 'count')} of {format(all, 'count')}
    {all > listed && `, the first ${format(listed, 'count')}`}
  </p>
);
