// Filters that cannot be used: said once, each with what is wrong and a way to remove it. Until then
// nothing else is asked: every panel would have the same to say.

import { fieldsOf } from '../../../schema/src/fields';
import type { Filter } from '../../../schema/src/question';
import { filterInWords } from '../parts/chips';
import type { AskError } from './server';
import { go, isSame, type View } from './view';

/** Something of an address that is no filter of this project. */
export interface Unusable {
  readonly name: string;
  /** What is wrong with it. */
  readonly reason: string;
  /** The view without it. */
  readonly without: View;
}

/** What is wrong with a filter; undefined: nothing that is known here. */
function reasonOf(filter: Filter, kind: Parameters<typeof fieldsOf>[0]): string | undefined {
  if (!('column' in filter)) return undefined;
  const field = fieldsOf(kind).find(({ name }) => name === filter.column);
  if (!field) return `The events of this project have no “${filter.column}”.`;
  if (filter.op === 'contains') {
    const isText = field.type === 'text' && field.name !== 'session';
    return isText ? undefined : 'What is in it is no text that can be searched.';
  }
  const needed = field.type === 'time' ? 'number' : field.type;
  const given = typeof filter.value === 'string' ? 'text' : typeof filter.value;
  if (filter.value === null || given === needed) return undefined;
  return needed === 'boolean' ? 'It is either true or false.' : `It is a ${needed}.`;
}

/** The filters of a view that a kind of project has no answer to. */
export function unusableOf(view: View, kind: Parameters<typeof fieldsOf>[0]): readonly Unusable[] {
  const unread = view.unread.map((text) => ({
    name: text,
    reason:
      'It is no filter: those are FIELD:is:VALUE, FIELD:is_not:VALUE or FIELD:contains:VALUE.',
    without: { ...view, unread: view.unread.filter((each) => each !== text) },
  }));
  const refused = view.where.flatMap((filter) => {
    const reason = reasonOf(filter, kind);
    return reason ? [{ ...nameOf(view, filter), reason }] : [];
  });
  return [...unread, ...refused];
}

/** All filters of a view, when the collector refused to answer with them: it is told once why. */
export const refusedOf = (view: View, error: AskError): readonly Unusable[] =>
  view.where.map((filter, at) => ({
    ...nameOf(view, filter),
    reason: at === 0 ? error.message : '',
  }));

const nameOf = (view: View, filter: Filter) => ({
  name: filterInWords(filter),
  without: { ...view, where: view.where.filter((each) => !isSame(each, filter)) },
});

export function UnusableFilters({ view, of }: { view: View; of: readonly Unusable[] }) {
  return (
    <section class="card wide unusable" role="alert" aria-labelledby="title-unusable">
      <h2 id="title-unusable">
        {of.length === 1 ? 'A filter cannot be used' : 'Filters cannot be used'}
      </h2>
      <ul>
        {of.map(({ name, reason, without }) => (
          <li key={name}>
            <p>
              <bdi>
                <strong>{name}</strong>
              </bdi>{' '}
              {reason}
            </p>
            <button type="button" onClick={() => go(without)}>
              Remove it
            </button>
          </li>
        ))}
      </ul>
      {view.where.length + view.unread.length > 1 && (
        <button type="button" class="quiet" onClick={() => go({ ...view, where: [], unread: [] })}>
          Remove all filters
        </button>
      )}
    </section>
  );
}
