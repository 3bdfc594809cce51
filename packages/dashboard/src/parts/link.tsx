// A link to another view: a step in the history, without loading the page anew.

import type { ComponentChildren } from 'preact';
import { go, viewOf } from '../app/view';

interface LinkProps {
  readonly href: string;
  readonly class?: string;
  readonly title?: string;
  readonly 'aria-current'?: 'page';
  readonly children: ComponentChildren;
}

export function Link({ href, children, ...rest }: LinkProps) {
  return (
    <a
      {...rest}
      href={href}
      onClick={(event) => {
        // With a key held, the browser opens it in a window of its own.
        if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
        event.preventDefault();
        go(viewOf(new URL(event.currentTarget.href).search));
      }}
    >
      {children}
    </a>
  );
}
