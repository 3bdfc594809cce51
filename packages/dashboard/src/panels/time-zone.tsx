// Where do its days begin? The time zone of the project: for everybody who looks at it, and for questions that
// name none.

import { useState } from 'preact/hooks';
import { useChange } from '../app/change';
import { useScope } from '../app/scope';
import { Card } from '../parts/card';
import type { Panel } from './panel';

/** Names to choose from; others are taken too, if the collector knows them. */
const names = (): readonly string[] => ['UTC', ...Intl.supportedValuesOf('timeZone')];

function TimeZone() {
  const { project } = useScope();
  const { isBusy, trouble, change } = useChange();
  const now = project.time_zone ?? 'UTC';
  const [written, setWritten] = useState<string>();
  const [saved, setSaved] = useState('');
  return (
    <Card id="time-zone" title="Time zone" question="Where do its days begin?">
      <form
        onSubmit={async (event) => {
          event.preventDefault();
          setSaved('');
          const wanted = (written ?? now).trim();
          // What was refused stays, to be mended.
          if (!(await change({ time_zone: wanted }))) return;
          setWritten(undefined);
          setSaved(`Saved. Its days are those of ${wanted.replaceAll('_', ' ')} now.`);
        }}
      >
        <label>
          Days, weeks and months are those of
          <input
            list="time-zones"
            value={written ?? now}
            spellcheck={false}
            autocomplete="off"
            onInput={(event) => {
              setSaved('');
              setWritten(event.currentTarget.value);
            }}
          />
        </label>
        <datalist id="time-zones">
          {names().map((name) => (
            <option key={name} value={name} />
          ))}
        </datalist>
        <button type="submit" disabled={isBusy || written === undefined || written.trim() === now}>
          Save
        </button>
      </form>
      <p class="trouble" role="alert">
        {trouble}
      </p>
      <p class="good" role="status">
        {saved}
      </p>
      <p class="soft note">
        It is so on the pages, for everybody, and in questions that name no zone. Nothing that is
        stored changes. Published months stay those of UTC.
      </p>
    </Card>
  );
}

export const timeZone: Panel = {
  id: 'time-zone',
  title: 'Time zone',
  question: 'Where do its days begin?',
  Show: TimeZone,
};
