// Which services and overrides are used, by how many machines: by what was done with them, or anything at all.

import { useState } from 'preact/hooks';
import type { Filter } from '../../../schema/src/question';
import { useScope } from '../app/scope';
import { peopleOf } from '../app/words';
import { Card } from '../parts/card';
import { Ranked } from '../parts/ranked';
import { Switch } from '../parts/switch';
import type { Panel } from './panel';

/** What can be done with one, by the event that tells it; none: anything. */
type Choices = Readonly<Record<string, string>>;
const ALL = { '': 'All' } as const;
const SERVICES: Choices = {
  ...ALL,
  service_enabled: 'Enabled',
  service_started: 'Started',
  service_restarted: 'Restarted',
  service_stopped: 'Stopped',
  service_disabled: 'Disabled',
  service_nuked: 'Nuked',
  scaffold_built: 'Scaffold built',
};
const OVERRIDES: Choices = {
  ...ALL,
  override_enabled: 'Enabled',
  override_disabled: 'Disabled',
};
const only = (event: string): readonly Filter[] => [{ column: 'event', op: 'is', value: event }];

function Used({
  id,
  title,
  column,
  choices,
}: {
  id: string;
  title: string;
  column: string;
  choices: Choices;
}) {
  const { kind } = useScope();
  const [what, setWhat] = useState('');
  const question = `Which ${title.toLowerCase()} do people use?`;
  const label = `${title}: what counts`;
  return (
    <Card
      {...{ id, title, question }}
      tools={<Switch label={label} choices={choices} value={what} change={setWhat} />}
    >
      <Ranked
        {...{ id, title }}
        by={{ column }}
        unit={peopleOf(kind)}
        {...(what && { where: only(what) })}
      />
    </Card>
  );
}

export const services: Panel = {
  id: 'services',
  title: 'Services',
  question: 'Which services do people use?',
  Show: () => <Used id="services" title="Services" column="service" choices={SERVICES} />,
};

export const overrides: Panel = {
  id: 'overrides',
  title: 'Overrides',
  question: 'Which overrides do people use?',
  Show: () => <Used id="overrides" title="Overrides" column="override" choices={OVERRIDES} />,
};
