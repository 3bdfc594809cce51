// A panel's frame: its title, its question, its content, and how its answer stands.

import { type ComponentChildren, createContext } from 'preact';
import { useContext, useRef } from 'preact/hooks';
import { ago } from '../format';

export interface CardProps {
  readonly id: string;
  readonly title: string;
  readonly question: string;
  readonly isWide?: boolean;
  /** Switches beside the title. */
  readonly tools?: ComponentChildren;
  readonly children?: ComponentChildren;
}

export function Card({ id, title, question, isWide, tools, children }: CardProps) {
  return (
    <section id={id} class={isWide ? 'card wide' : 'card'} aria-labelledby={`title-${id}`}>
      <div class="card-head">
        <div>
          <h2 id={`title-${id}`}>{title}</h2>
          <p class="soft">{question}</p>
        </div>
        {tools}
      </div>
      {children}
    </section>
  );
}

const LIMITS = {
  time: 'This takes longer than a question may. Choose a shorter range, or a filter.',
  memory: 'This needs more memory than a question may have. Choose a shorter range, or a filter.',
} as const;

/** What an answer with nothing in it is shown as, unless a panel says it in words of its own. */
export const NothingContext = createContext('Nothing in this time.');

interface ShownProps<T> {
  readonly of: {
    readonly answer?: { readonly data: T | null; readonly cut: string | null } | undefined;
    readonly error?: { readonly message: string; readonly isTransient: boolean };
    readonly atMs?: number;
    readonly isAsking: boolean;
  };
  /** Shown instead, when nothing happened. */
  readonly isEmpty?: (data: T) => boolean;
  readonly empty?: string;
  readonly children: (data: T) => ComponentChildren;
}

/** An answer; until it is there the one before, or its place, and what went wrong in the collector's words. */
export function Shown<T>({
  of: { answer, error, atMs, isAsking },
  isEmpty,
  empty,
  children,
}: ShownProps<T>) {
  const nothing = useContext(NothingContext);
  // What was drawn, as it was drawn: the scope is that of the next question already.
  const drawn = useRef<ComponentChildren>(undefined);
  if (error && !answer) drawn.current = undefined;
  if (!answer) {
    // What may be mended by itself is said once, above all panels.
    if (error?.isTransient) return <p class="soft none">Not loaded.</p>;
    if (error) return <p class="trouble">{error.message}</p>;
    if (drawn.current === undefined) return <div class="waiting" aria-busy={isAsking} />;
    return (
      <div class="shown held" aria-busy="true">
        {drawn.current}
      </div>
    );
  }
  const { data, cut } = answer;
  if (data === null) {
    return <p class="trouble">{LIMITS[cut as keyof typeof LIMITS] ?? 'There is no answer.'}</p>;
  }
  drawn.current = isEmpty?.(data) ? <p class="soft none">{empty ?? nothing}</p> : children(data);
  return (
    <div class={error ? 'shown stale' : 'shown'}>
      {drawn.current}
      {error && !error.isTransient && atMs !== undefined && (
        <p class="soft">Updated {ago(Date.now() - atMs)}</p>
      )}
    </div>
  );
}
