// What can be chosen: the range, and days of one's own.

import { useState } from 'preact/hooks';
import { isNamed, type Period, RANGES, type RangeName } from '../app/range';
import { go, type View } from '../app/view';
import { DaysForm } from './days-form';
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
        <Dialog title="From … to …" close={() => setAsking(false)}>
          <DaysForm
            {...period.days}
            labels={['First day', 'Last day']}
            action="Show"
            done={(range) => {
              setAsking(false);
              go({ ...view, range });
            }}
          />
        </Dialog>
      )}
    </>
  );
}
