// Chooses a column, or a property by its name. Names of properties are those of the latest events.

import { useId } from 'preact/hooks';
import type { Field } from '../../../schema/src/question';
import { columnsOf, headOf, useAsked, useScope } from '../app/scope';

const SAMPLE = 100;

/** The columns of this kind of project that have values to tell apart. */
export function useFields(): readonly Field[] {
  const { kind } = useScope();
  return [
    { column: 'event' },
    ...columnsOf(kind)
      .filter(({ type }) => type !== 'count')
      .map(({ name }) => ({ column: name })),
  ];
}

/** Keys of the properties that the latest events have. */
export function useProperties(): readonly string[] {
  const scope = useScope();
  const { answer } = useAsked(scope, { kind: 'events', limit: SAMPLE });
  const keys = new Set<string>();
  // Of these the value that is counted is in the column.
  const taken = new Set(columnsOf(scope.kind).map(({ property }) => property));
  for (const { properties } of answer?.data?.events ?? []) {
    for (const key of Object.keys(properties)) if (!taken.has(key)) keys.add(key);
  }
  return [...keys].sort();
}

interface FieldChoiceProps {
  readonly label: string;
  /** As addresses have it. */
  readonly value: string;
  readonly change: (name: string) => void;
}

/** A list of columns and properties. */
export function FieldChoice({ label, value, change }: FieldChoiceProps) {
  const id = useId();
  const fields = useFields();
  const properties = useProperties();
  const names = [...fields.map((field) => (field as { column: string }).column)];
  const isForeign = value !== '' && !names.includes(value) && !properties.includes(value.slice(5));
  return (
    <label for={id}>
      {label}
      <select id={id} value={value} onChange={(event) => change(event.currentTarget.value)}>
        <option value="">Choose …</option>
        <optgroup label="Columns">
          {names.map((name) => (
            <option key={name} value={name}>
              {headOf({ column: name })}
            </option>
          ))}
        </optgroup>
        {(properties.length > 0 || isForeign) && (
          <optgroup label="Properties">
            {properties.map((name) => (
              <option key={name} value={`prop.${name}`}>
                {name}
              </option>
            ))}
            {isForeign && <option value={value}>{value}</option>}
          </optgroup>
        )}
      </select>
    </label>
  );
}
