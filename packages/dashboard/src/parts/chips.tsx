// The filters of the view: each can be taken away.

import type { Filter } from '../../../schema/src/question';
import { oneOf, type Scope, toggle } from '../app/scope';
import { go } from '../app/view';
import { valueInWords } from '../format';

const WORDS: Record<string, string> = { is: 'is', is_not: 'is not', contains: 'contains' };

/** A filter in words: "Operating systems is linux". */
export function filterInWords(filter: Filter): string {
  return `${oneOf(filter)} ${WORDS[filter.op] ?? filter.op} ${valueInWords(filter.value)}`;
}

export function Chips({ scope }: { scope: Scope }) {
  const { where } = scope.view;
  if (where.length === 0) return null;
  return (
    <ul class="chips" aria-label="Filters">
      {where.map((filter) => (
        <li key={filterInWords(filter)}>
          <button
            type="button"
            aria-label={`Remove the filter: ${filterInWords(filter)}`}
            onClick={() => toggle(filter)}
          >
            <span class="soft">
              {oneOf(filter)} {WORDS[filter.op] ?? filter.op}
            </span>{' '}
            <bdi>{valueInWords(filter.value)}</bdi>
            <span aria-hidden="true"> ✕</span>
          </button>
        </li>
      ))}
      {where.length > 1 && (
        <li>
          <button type="button" class="quiet" onClick={() => go({ ...scope.view, where: [] })}>
            Remove all
          </button>
        </li>
      )}
    </ul>
  );
}
