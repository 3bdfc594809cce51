// What is on the screen goes first: panels above and below it show what they did, until those on it have
// their answers. What somebody scrolls to asks at once.

import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { onceAnswered } from './answers';
import type { Scope } from './scope';

/** Panels that fill a screen, before anything is on it. */
const FIRST = 3;
/** Screens above and below that are near. */
const NEAR = 0.5;
/** The others wait no longer than this. */
const LONGEST_MS = 1_500;

interface Named {
  readonly id: string;
}

const keyOf = ({ project, view, zone, period }: Scope): string =>
  JSON.stringify([project.id, view, zone, period.from, period.to]);

/** Whether a part is on the screen, or so many screens above or below it; undefined: there is none. */
export function isNear({ id }: Named, screens = 0): boolean | undefined {
  const box = document.getElementById(id)?.getBoundingClientRect();
  const reach = screens * innerHeight;
  return box && box.top < innerHeight + reach && box.bottom > -reach;
}

/** Of a panel, the scope that it is to show; without one it is not there yet. */
export interface Turn<P> {
  readonly panel: P;
  readonly scope: Scope | undefined;
}

/**
 * Panels, each with its scope. `isWhole`: all of them have the one that is asked for. First come those on the
 * screen; then, because lists that become shorter draw up what is below them, those that are near it; then all.
 */
export function useInTurn<P extends Named>(
  panels: readonly P[],
  scope: Scope,
): { readonly turns: readonly Turn<P>[]; readonly isWhole: boolean } {
  const key = keyOf(scope);
  const settled = useRef<{ readonly key: string; readonly scope: Scope } | undefined>(undefined);
  const near = useRef<ReadonlySet<string>>(new Set());
  const [, redraw] = useState(0);
  const isWhole = settled.current?.key === key;
  const first = useMemo(() => {
    near.current = new Set();
    const shown = panels.filter((panel, index) => isNear(panel) ?? index < FIRST);
    return new Set(shown.map(({ id }) => id));
  }, [key, panels]);
  useEffect(() => {
    if (settled.current?.key === key) return undefined;
    let end = () => {};
    const settle = () => {
      end();
      settled.current = { key, scope };
      redraw((count) => count + 1);
    };
    /** Also those that are near now. Returns whether there are any more. */
    const widen = (): boolean => {
      const had = near.current;
      const left = panels.filter(({ id }) => !first.has(id) && !had.has(id));
      const seen = left.filter((panel) => isNear(panel));
      const more = seen.length > 0 ? seen : left.filter((panel) => isNear(panel, NEAR));
      if (more.length === 0) return false;
      near.current = new Set([...had, ...more.map(({ id }) => id)]);
      redraw((count) => count + 1);
      return true;
    };
    const goOn = () => {
      if (widen()) onceIdle(goOn);
      else settle();
    };
    /** Calls back once what was drawn now has its answers. */
    const onceIdle = (done: () => void) => {
      let stop = () => {};
      // By then it has asked.
      const frame = requestAnimationFrame(() => {
        stop = onceAnswered(done);
      });
      ends.push(() => {
        cancelAnimationFrame(frame);
        stop();
      });
    };
    const ends: (() => void)[] = [];
    const timer = setTimeout(settle, LONGEST_MS);
    addEventListener('scroll', widen, { passive: true });
    end = () => {
      clearTimeout(timer);
      removeEventListener('scroll', widen);
      for (const each of ends.splice(0)) each();
    };
    onceIdle(goOn);
    return () => end();
  }, [key]);
  const turns = panels.map((panel) => ({
    panel,
    scope:
      isWhole || first.has(panel.id) || near.current.has(panel.id) ? scope : settled.current?.scope,
  }));
  return { turns, isWhole };
}
