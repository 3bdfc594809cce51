// What makes people wait? The values of a column by how long they take.

import type { Filter } from '../../../schema/src/question';
import { type Asked, isFiltered, toggle, useAsked, useScope } from '../app/scope';
import { Card, Shown } from '../parts/card';
import { Durations } from '../parts/durations';
import type { Panel } from './panel';

const SHOWN = 10;

/** A panel of how long each value of a column takes. */
export function durationsBy(column: string, one: string, where: readonly Filter[] = []): Panel {
  const id = 'durations';
  const title = 'Durations';
  const question = `Which ${one} makes people wait?`;
  const asked = {
    kind: 'breakdown',
    by: { column },
    measure: { column: 'duration_ms' },
    limit: 100,
    where,
  } satisfies Asked;
  const Show = () => {
    const scope = useScope();
    const answered = useAsked(scope, asked);
    return (
      <Card {...{ id, title, question }}>
        <Shown of={answered} isEmpty={({ rows }) => rows.every(({ median }) => median === null)}>
          {({ rows }) => {
            const shown = rows
              .filter(({ median }) => median !== null)
              .slice(0, SHOWN)
              .map(({ value, median, p95 }) => ({
                name: String(value),
                filter: { column, op: 'is', value } satisfies Filter,
                median: median!,
                p95: p95!,
              }));
            return (
              <Durations
                label={one.charAt(0).toUpperCase() + one.slice(1)}
                {...{ title }}
                rows={shown}
                nameOf={({ name, filter }) => (
                  <button
                    type="button"
                    class="name"
                    aria-pressed={isFiltered(scope, filter)}
                    onClick={() => toggle(scope, filter)}
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
  return { id, title, question, Show };
}
