// Colours of charts: those of the style sheet, so that light, dark, paper and forced colours are
// decided once.

import { useEffect, useState } from 'preact/hooks';

export type Colour = 'a' | 'b' | 'c' | 'd' | 'bad' | 'soft';

/** A colour of the style sheet as it is now. */
export const colourOf = (name: Colour | 'ink' | 'line' | 'card'): string =>
  getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

const QUERIES = ['(prefers-color-scheme: dark)', '(forced-colors: active)', 'print'];

/** A number that changes when the colours do. */
export function useTheme(): number {
  const [count, setCount] = useState(0);
  useEffect(() => {
    const changed = () => setCount((now) => now + 1);
    const lists = QUERIES.map((query) => matchMedia(query));
    for (const list of lists) list.addEventListener('change', changed);
    return () => {
      for (const list of lists) list.removeEventListener('change', changed);
    };
  }, []);
  return count;
}
