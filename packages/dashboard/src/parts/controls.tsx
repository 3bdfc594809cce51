// What can be chosen: the range, and days of one's own.

import { useEffect, useRef, useState } from 'preact/hooks';
import { daysOfCustom, isNamed, type Period, RANGES, type RangeName } from '../app/range';
import { go, type View } from '../app/view';
import { Dialog } from './dialog';

interface ControlsProps {
  readonly view: View;
  readonly period: Period;
}

/** The range: named ones stay relative in links. */
export function RangeControl({ view, period }: ControlsProps) {
  const [isAsking, setAsking] = useState(false);
  const named = isNamed(view.range);
  const choose = (range: string) => {
    if (range === 'custom') setAsking(true);
    else go({ ...view, range });
  };
  return (
    <>
      <label class="hidden" for="range">
        Range
      </label>
      <select
        id="range"
        value={named ? view.range : 'now'}
        onChange={(event) => {
          const { value } = event.currentTarget;
          // What is not chosen in the end is not shown as chosen.
          if (value === 'custom') event.currentTarget.value = named ? view.range : 'now';
          choose(value);
        }}
      >
        {Object.entries(RANGES).map(([name, label]) => (
          <option key={name} value={name as RangeName}>
            {label}
          </option>
        ))}
        {!named && (
          <option value="now">
            {period.days.from} – {period.days.to}
          </option>
        )}
        <option value="custom">From … to …</option>
      </select>
      {isAsking && (
        <Custom
          period={period}
          close={() => setAsking(false)}
          done={(range) => {
            setAsking(false);
            go({ ...view, range });
          }}
        />
      )}
    </>
  );
}

interface CustomProps {
  readonly period: Period;
  readonly close: () => void;
  readonly done: (range: string) => void;
}

function Custom({ period, close, done }: CustomProps) {
  const [from, setFrom] = useState(period.days.from);
  const [to, setTo] = useState(period.days.to);
  const last = useRef<HTMLInputElement>(null);
  const isWrong = daysOfCustom(`${from}..${to}`) === 'order';
  useEffect(() => {
    last.current?.setCustomValidity(isWrong ? 'The last day is before the first.' : '');
  }, [isWrong]);
  return (
    <Dialog title="From … to …" close={close}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          done(`${from}..${to}`);
        }}
      >
        <div class="choices">
          <label>
            First day
            <input
              type="date"
              required
              value={from}
              onInput={(event) => setFrom(event.currentTarget.value)}
            />
          </label>
          <label>
            Last day
            <input
              type="date"
              required
              ref={last}
              value={to}
              aria-invalid={isWrong}
              aria-describedby="custom-wrong"
              onInput={(event) => setTo(event.currentTarget.value)}
            />
          </label>
        </div>
        <p id="custom-wrong" class="trouble" role="alert">
          {isWrong ? 'The last day is before the first.' : ''}
        </p>
        <button type="submit" class="primary">
          Show
        </button>
      </form>
    </Dialog>
  );
}
