// What is on the screen goes first: panels above and below it show what they did, until those on it have
// their answers. Somebody who scrolls has all of them at once.

import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { onceAnswered } from './answers';
import type { Scope } from './scope';

/** Panels that fill a screen, before anything is on it. */
const FIRST = 3;
/** The others wait no longer than this. */
const LONGEST_MS = 1_000;

interface Named {
  readonly id: string;
}

const keyOf = ({ project, view, zone, period }: Scope): string =>
  JSON.stringify([project.id, view, zone, period.from, period.to]);

/** Whether the card of a panel is on the screen; undefined: there is none. */
function isOnScreen({ id }: Named): boolean | undefined {
  const box = document.getElementById(id)?.getBoundingClientRect();
  return box && box.top < innerHeight && box.bottom > 0;
}

/** Panels, each with the scope that it is to show; without one it is not there yet. */
export function useInTurn<P extends Named>(
  panels: readonly P[],
  scope: Scope,
): readonly { readonly panel: P; readonly scope: Scope | undefined }[] {
  const key = keyOf(scope);
  const settled = useRef<{ readonly key: string; readonly scope: Scope } | undefined>(undefined);
  const [, redraw] = useState(0);
  const isSettled = settled.current?.key === key;
  const first = useMemo(
    () =>
      new Set(
        panels.filter((panel, index) => isOnScreen(panel) ?? index < FIRST).map(({ id }) => id),
      ),
    [key, panels],
  );
  useEffect(() => {
    if (settled.current?.key === key) return undefined;
    let end = () => {};
    const settle = () => {
      end();
      settled.current = { key, scope };
      redraw((count) => count + 1);
    };
    const timer = setTimeout(settle, LONGEST_MS);
    // By then the first have asked.
    const frame = requestAnimationFrame(() => {
      const stop = onceAnswered(settle);
      const before = end;
      end = () => {
        before();
        stop();
      };
    });
    addEventListener('scroll', settle, { passive: true });
    end = () => {
      clearTimeout(timer);
      cancelAnimationFrame(frame);
      removeEventListener('scroll', settle);
    };
    return () => end();
  }, [key]);
  return panels.map((panel) => ({
    panel,
    scope: isSettled || first.has(panel.id) ? scope : settled.current?.scope,
  }));
}
