// Which services are used, by how many machines: enabled, started, or anything at all.

import { useState } from 'preact/hooks';
import type { Filter } from '../../../schema/src/question';
import { useScope } from '../app/scope';
import { peopleOf } from '../app/words';
import { Card } from '../parts/card';
import { Ranked } from '../parts/ranked';
import { Switch } from '../parts/switch';
import type { Panel } from './panel';

type What = 'enabled' | 'started' | 'all';
const CHOICES: Record<What, string> = { all: 'All', enabled: 'Enabled', started: 'Started' };

/** Only the events by which it was enabled, or started. */
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
  choices: Partial<Record<What, string>>;
}) {
  const { kind } = useScope();
  const [what, setWhat] = useState<What>('all');
  const question = `Which ${title.toLowerCase()} do people use?`;
  return (
    <Card
      {...{ id, title, question }}
      tools={
        <Switch
          label={`${title}: what counts`}
          choices={choices as Record<What, string>}
          value={what}
          change={setWhat}
        />
      }
    >
      <Ranked
        {...{ id, title }}
        by={{ column }}
        unit={peopleOf(kind)}
        {...(what !== 'all' && { where: only(`${column}_${what}`) })}
      />
    </Card>
  );
}

export const services: Panel = {
  id: 'services',
  title: 'Services',
  question: 'Which services do people use?',
  Show: () => <Used id="services" title="Services" column="service" choices={CHOICES} />,
};

export const overrides: Panel = {
  id: 'overrides',
  title: 'Overrides',
  question: 'Which overrides do people use?',
  Show: () => (
    <Used
      id="overrides"
      title="Overrides"
      column="override"
      choices={{ all: 'All', enabled: 'Enabled' }}
    />
  ),
};
