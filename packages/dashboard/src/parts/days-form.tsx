// Asks for a first and a last day, and says when they are the wrong way round.

import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { daysOfCustom } from '../app/range';

const WRONG = 'The last day is before the first.';

interface DaysFormProps {
  readonly from: string;
  readonly to: string;
  /** Of the first day, and of the last. */
  readonly labels: readonly [string, string];
  /** What the button says. */
  readonly action: string;
  /** Is told the days, as an address has them. */
  readonly done: (range: string) => void;
  /** What else can be done. */
  readonly children?: ComponentChildren;
}

export function DaysForm({ labels, action, done, children, ...given }: DaysFormProps) {
  const [from, setFrom] = useState(given.from);
  const [to, setTo] = useState(given.to);
  const last = useRef<HTMLInputElement>(null);
  const range = `${from}..${to}`;
  const isWrong = daysOfCustom(range) === 'order';
  useEffect(() => {
    last.current?.setCustomValidity(isWrong ? WRONG : '');
  }, [isWrong]);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        done(range);
      }}
    >
      <div class="choices">
        <label>
          {labels[0]}
          <input
            type="date"
            required
            value={from}
            onInput={(event) => setFrom(event.currentTarget.value)}
          />
        </label>
        <label>
          {labels[1]}
          <input
            type="date"
            required
            ref={last}
            value={to}
            aria-invalid={isWrong}
            aria-describedby="days-wrong"
            onInput={(event) => setTo(event.currentTarget.value)}
          />
        </label>
        <button type="submit" class="primary">
          {action}
        </button>
        {children}
      </div>
      <p id="days-wrong" class="trouble" role="alert">
        {isWrong ? WRONG : ''}
      </p>
    </form>
  );
}
