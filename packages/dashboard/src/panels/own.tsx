// Panels of one's own: the values of any column or property. This browser keeps them for the project, and the
// address has them, so that who gets a link sees them too.

import { useState } from 'preact/hooks';
import type { Field } from '../../../schema/src/question';
import { fieldOfName, headOf, type Scope, useScope } from '../app/scope';
import { currentView, go } from '../app/view';
import { peopleOf } from '../app/words';
import { Card } from '../parts/card';
import { FieldChoice } from '../parts/field-choice';
import { Ranked } from '../parts/ranked';
import type { Count } from '../parts/ranked-asked';
import { Switch } from '../parts/switch';
import type { Panel } from './panel';

/** By number: a project may get another name. */
const keyOf = ({ project }: Scope): string => `panels of project ${project.id}`;
/** What an earlier version kept them under. */
const oldKeyOf = ({ project }: Scope): string => `panels of ${project.name}`;

/** The names of fields that this browser keeps for a project. */
export function keptFields(scope: Scope): readonly string[] {
  try {
    const kept = localStorage.getItem(keyOf(scope)) ?? localStorage.getItem(oldKeyOf(scope));
    const value: unknown = JSON.parse(kept ?? '[]');
    return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];
  } catch {
    return []; // Storage may be closed to this page.
  }
}

function keep(scope: Scope, names: readonly string[]): void {
  try {
    localStorage.setItem(keyOf(scope), JSON.stringify(names));
  } catch {
    // The address has them all the same.
  }
  go({ ...currentView(), by: names });
}

/** Those that are kept, and what the address has beside them. */
const namesOf = (scope: Scope): readonly string[] => [
  ...new Set([...keptFields(scope), ...scope.view.by]),
];

function Own({ name, remove }: { name: string; remove: () => void }) {
  const scope = useScope();
  const [count, setCount] = useState<Count>('ids');
  const by: Field = fieldOfName(name);
  const title = `By ${headOf(by)}`;
  const id = `own-${name.replace(/[^\w-]/g, '-')}`;
  const people = peopleOf(scope.kind);
  return (
    <Card
      {...{ id, title }}
      question="A panel of your own"
      tools={
        <div class="actions">
          <Switch
            label="What is counted"
            choices={{ ids: people, events: 'Events' }}
            value={count}
            change={setCount}
          />
          <button
            type="button"
            class="quiet"
            aria-label={`Remove the panel ${title}`}
            onClick={remove}
          >
            ✕
          </button>
        </div>
      }
    >
      <Ranked {...{ id, title, by, count }} unit={count === 'ids' ? people : 'Events'} />
    </Card>
  );
}

function OwnPanels() {
  const scope = useScope();
  const [, redraw] = useState(0);
  const names = namesOf(scope);
  const change = (next: readonly string[]) => {
    keep(scope, next);
    // Without panels the address may be what it was.
    redraw((count) => count + 1);
  };
  return (
    <>
      {names.map((name) => (
        <Own
          key={name}
          name={name}
          remove={() => {
            // The button goes with its panel.
            document.querySelector<HTMLElement>('#add select')?.focus({ preventScroll: true });
            change(names.filter((each) => each !== name));
          }}
        />
      ))}
      <Card
        id="add"
        title="A panel of your own"
        question="What else do you want to know?"
        isWide
        tools={
          <FieldChoice
            label="Break down by"
            value=""
            change={(name) => {
              if (name && !names.includes(name)) change([...names, name]);
            }}
          />
        }
      />
    </>
  );
}

export const own: Panel = {
  id: 'own',
  title: 'Panels of your own',
  question: 'What else do you want to know?',
  Show: OwnPanels,
};
