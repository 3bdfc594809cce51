// Colours of the charts: those of the style sheet, so that light, dark and paper are decided once.

import type { Colour } from './panel';

export interface Theme {
  readonly ink: string;
  readonly soft: string;
  readonly line: string;
  readonly card: string;
  readonly colours: Readonly<Record<Colour, string>>;
}

/** The colours as they are now. */
export function currentTheme(): Theme {
  const style = getComputedStyle(document.documentElement);
  const of = (name: string) => style.getPropertyValue(`--${name}`).trim();
  return {
    ink: of('ink'),
    soft: of('soft'),
    line: of('line'),
    card: of('card'),
    colours: { a: of('a'), b: of('b'), c: of('c'), d: of('d'), bad: of('bad') },
  };
}

/** Calls back when they change: another scheme, or paper. */
export function onThemeChange(change: () => void): void {
  for (const query of ['(prefers-color-scheme: dark)', 'print']) {
    matchMedia(query).addEventListener('change', change);
  }
}
