// Chooses what is compared.

import { useState } from 'preact/hooks';
import { fieldText, filterText } from '../../../../schema/src/condition';
import type { Filter, Scalar } from '../../../../schema/src/question';
import { daysOfCustom } from '../../app/range';
import { fieldOfName, type Scope, useAsked, useScope } from '../../app/scope';
import { currentView, go } from '../../app/view';
import { daysInWords, valueInWords } from '../../format';
import { Card } from '../../parts/card';
import { DaysForm } from '../../parts/days-form';
import { FieldChoice } from '../../parts/field-choice';
import { Switch } from '../../parts/switch';
import { conditionOf, daysOf } from './sides';

const VALUES = 100;

type What = 'periods' | 'values';

export function Choice({ scope }: { scope: Scope }) {
  const { view, period, zone } = scope;
  const [first, second] = view.sides.map(conditionOf);
  const isCustom = typeof daysOfCustom(view.sides[0] ?? '') === 'object';
  const [wanted, setWanted] = useState<What>('periods');
  const [chosen, setField] = useState<string>();
  // What the address says goes first: somebody may come back to it.
  const what: What = first ? 'values' : isCustom ? 'periods' : wanted;
  const field = chosen ?? (first ? fieldText(first) : '');
  const { before } = period;
  const days = isCustom ? view.sides[0]! : before ? daysOf(before, zone).join('..') : '';
  const [from = '', to = ''] = days.split('..');
  const go2 = (sides: readonly string[]) => go({ ...currentView(), sides });
  const choose = (index: 0 | 1, value: string) => {
    const sides = field === (first && fieldText(first)) ? [...view.sides] : ['', ''];
    sides[index] = value;
    // Until both are chosen, both are this one: the address holds two, or none.
    go2(sides.map((each) => each || value));
  };
  return (
    <Card
      id="compare-what"
      title="Compare"
      question={`In ${daysInWords(period.days.from, period.days.to)}`}
      isWide
    >
      <div class="choices">
        <Switch
          label="What is compared"
          choices={{ periods: 'Two periods', values: 'Two values' }}
          value={what}
          change={(next) => {
            setWanted(next);
            setField(undefined);
            go2([]);
          }}
        />
        {what === 'periods' ? (
          <DaysForm
            key={days}
            {...{ from, to }}
            labels={['With the days from', 'to']}
            action="Compare"
            done={(range) => go2([range])}
          >
            {isCustom && (
              <button type="button" class="quiet" onClick={() => go2([])}>
                With the period before
              </button>
            )}
          </DaysForm>
        ) : (
          <>
            <FieldChoice label="Of" value={field} change={setField} />
            {field && (
              <>
                <ValueChoice
                  label="First"
                  {...{ field }}
                  value={first}
                  change={(text) => choose(0, text)}
                />
                <ValueChoice
                  label="Second"
                  {...{ field }}
                  value={second}
                  change={(text) => choose(1, text)}
                />
              </>
            )}
          </>
        )}
      </div>
    </Card>
  );
}

interface ValueChoiceProps {
  readonly label: string;
  readonly field: string;
  readonly value: Filter | undefined;
  readonly change: (condition: string) => void;
}

function ValueChoice({ label, field, value, change: changed }: ValueChoiceProps) {
  const scope = useScope();
  const by = fieldOfName(field);
  const { answer } = useAsked(scope, { kind: 'breakdown', by, order: 'ids', limit: VALUES });
  const textOf = (of: Scalar) => filterText({ ...by, op: 'is', value: of } as Filter);
  const chosen = value && fieldText(value) === field ? filterText(value) : '';
  const values = answer?.data?.rows ?? [];
  return (
    <label>
      {label}
      <select value={chosen} onChange={(event) => changed(event.currentTarget.value)}>
        <option value="" disabled>
          Choose …
        </option>
        {values.map((row) => (
          <option key={textOf(row.value)} value={textOf(row.value)}>
            {valueInWords(row.value)}
          </option>
        ))}
        {chosen && !values.some((row) => textOf(row.value) === chosen) && (
          <option value={chosen}>{valueInWords(value?.value ?? null)}</option>
        )}
      </select>
    </label>
  );
}
