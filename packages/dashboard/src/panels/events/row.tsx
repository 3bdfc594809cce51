// An event in a row. A click on a value shows only the events that have it.

import type { Filter } from '../../../../schema/src/question';
import { toggle, useScope } from '../../app/scope';
import { instant } from '../../format';
import { type Event, valuesOf } from './values';

/** A row of the list of events. */
export function EventRow({ event }: { event: Event }) {
  const scope = useScope();
  const only = (filter: Filter) => () => toggle(filter);
  return (
    <tr>
      <td class="text when">{instant(event.time, scope.zone)}</td>
      <th scope="row">
        <button
          type="button"
          class="name"
          title={`Only ${event.event}`}
          onClick={only({ column: 'event', op: 'is', value: event.event })}
        >
          {event.event}
        </button>
      </th>
      <td class="text values">
        {valuesOf(event, scope.kind).map(({ name, filter }) => (
          <button
            type="button"
            class="value"
            key={name}
            title={`Only ${name} ${filter.value}`}
            onClick={only(filter)}
          >
            <span class="soft">{name}</span> <bdi>{String(filter.value)}</bdi>
          </button>
        ))}
      </td>
      <td class="text">
        <button
          type="button"
          class="name id"
          title={`Only the id ${event.distinct_id}`}
          onClick={only({ column: 'distinct_id', op: 'is', value: event.distinct_id })}
        >
          {event.distinct_id}
        </button>
      </td>
    </tr>
  );
}
