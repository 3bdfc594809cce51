// May everybody see its published months? Switches that on and off, and has what goes into a README.

import { isLoopback } from '../../../schema/src/loopback';
import { useChange } from '../app/change';
import { useScope } from '../app/scope';
import { peopleOf } from '../app/words';
import { Card } from '../parts/card';
import { Copied } from '../parts/copied';
import type { Panel } from './panel';

function Publishing() {
  const { project, kind } = useScope();
  const { isBusy, trouble, change } = useChange();
  const people = peopleOf(kind).toLowerCase();
  const page = `${location.origin}/public/${encodeURIComponent(project.name)}`;
  const isOn = project.public === true;
  return (
    <Card
      id="publishing"
      title="Public page"
      question="May everybody see how many use it?"
      tools={
        <button
          type="button"
          class={isOn ? undefined : 'primary'}
          disabled={isBusy}
          onClick={() => void change({ public: !isOn })}
        >
          {isOn ? 'Stop publishing' : 'Publish'}
        </button>
      }
    >
      <p role="status" class="note">
        {isOn ? 'It is public.' : 'It is not public.'}{' '}
        <span class="soft">
          Whole months are published, three days after their end: how many {people} there were, and
          how many of them had which values. Numbers are rounded down to tens; what fewer than ten
          have is left out.
        </span>
      </p>
      <p class="trouble" role="alert">
        {trouble}
      </p>
      {isOn && (
        <>
          <p class="note">
            <a href={page}>The page</a> <span class="soft">needs no token.</span>
          </p>
          <Copied
            label="For a README, in Markdown: a badge that leads to the page"
            text={`[![${people}](${page}/badge.svg)](${page})`}
          />
          <Copied
            label="The same in the styles of shields.io"
            text={`https://img.shields.io/endpoint?url=${encodeURIComponent(`${page}/badge.json`)}`}
          />
          {isLoopback(location.hostname) && (
            <p class="soft">
              Others do not reach this address: write the one in its place at which they reach this
              collector.
            </p>
          )}
        </>
      )}
    </Card>
  );
}

export const publishing: Panel = {
  id: 'publishing',
  title: 'Public page',
  question: 'May everybody see how many use it?',
  Show: Publishing,
};
