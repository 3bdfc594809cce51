// What makes people wait? The values of a column by how long they take; which column, people choose.

import { useState } from 'preact/hooks';
import type { Filter } from '../../../schema/src/question';
import { headOf, isFiltered, oneOf, toggle, useAsked, useScope } from '../app/scope';
import { Card, Shown } from '../parts/card';
import { Durations } from '../parts/durations';
import { firstAsked, textOf } from '../parts/ranked-asked';
import { Switch } from '../parts/switch';
import type { Panel } from './panel';

const SHOWN = 10;
const id = 'durations';
const title = 'Durations';

/** A panel of how long the values of a column take, the first one of these to begin with. */
export function durationsBy(columns: readonly string[], where: readonly Filter[] = []): Panel {
  const choices = Object.fromEntries(columns.map((column) => [column, headOf({ column })]));
  const Show = () => {
    const scope = useScope();
    const [column, setColumn] = useState(columns[0]!);
    const answered = useAsked(scope, firstAsked({ by: { column }, where, isTimed: true }));
    const tools = columns.length > 1 && (
      <Switch label="Durations by" {...{ choices }} value={column} change={setColumn} />
    );
    return (
      <Card {...{ id, title, tools }} question={`Which ${oneOf({ column })} makes people wait?`}>
        <Shown of={answered} isEmpty={({ rows }) => rows.every(({ median }) => median === null)}>
          {({ rows }) => {
            const shown = rows
              .filter(({ median }) => median !== null)
              .slice(0, SHOWN)
              .map(({ value, median, p95 }) => ({
                name: textOf(value),
                filter: { column, op: 'is', value } satisfies Filter,
                median: median!,
                p95: p95!,
              }));
            return (
              <Durations
                label={headOf({ column })}
                {...{ title }}
                rows={shown}
                nameOf={({ name, filter }) => (
                  <button
                    type="button"
                    class="name"
                    aria-pressed={isFiltered(scope, filter)}
                    onClick={() => toggle(filter)}
                  >
                    <bdi>{name}</bdi>
                  </button>
                )}
              />
            );
          }}
        </Shown>
      </Card>
    );
  };
  return { id, title, question: 'What makes people wait?', Show };
}
