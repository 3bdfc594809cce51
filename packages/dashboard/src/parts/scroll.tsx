// What is wider or longer than its place can be scrolled, with keys as well.

import type { ComponentChildren } from 'preact';

interface ScrollProps {
  /** What is in it. */
  readonly label: string;
  /** As long as it is; only its width is bounded. */
  readonly isTall?: boolean;
  readonly children: ComponentChildren;
}

export function Scroll({ label, isTall, children }: ScrollProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls can be scrolled by keys
    <section class={isTall ? 'scroll tall' : 'scroll'} aria-label={`Table: ${label}`} tabIndex={0}>
      {children}
    </section>
  );
}
