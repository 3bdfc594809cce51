// While the answer to the next question is on its way, the last one stays, dimmed: nothing jumps, and
// the focus stays where it was. After an error it does not: it is not what was asked for.

import { useRef } from 'preact/hooks';

interface Answer<T> {
  readonly answer?: T | undefined;
  readonly error?: object | undefined;
}

/** The answer, or the last one while the next is on its way. `isOld`: it is the last one. */
export function useHeld<T>({ answer, error }: Answer<T>): {
  readonly held: T | undefined;
  readonly isOld: boolean;
} {
  const last = useRef<T | undefined>(undefined);
  if (answer !== undefined || error) last.current = answer;
  return { held: last.current, isOld: answer === undefined && last.current !== undefined };
}
