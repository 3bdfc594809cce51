// Who is it, and with what? The values of one column or property, ranked.

import { fieldText } from '../../../schema/src/condition';
import type { Field, Filter } from '../../../schema/src/question';
import { labelOf, useAsked, useScope } from '../app/scope';
import { peopleOf } from '../app/words';
import { Card } from '../parts/card';
import { useHeld } from '../parts/held';
import { Ranked } from '../parts/ranked';
import { type Count, type Extra, firstAsked, type RankedProps } from '../parts/ranked-asked';
import type { Panel } from './panel';

interface ByColumn {
  readonly question?: string;
  readonly title?: string;
  readonly where?: readonly Filter[];
  readonly count?: Count;
  readonly extra?: Extra;
  readonly hasOther?: boolean;
  /** Left out when there is nothing in it. */
  readonly isOptional?: boolean;
  readonly id?: string;
  readonly label?: string;
}

/** A panel that ranks the values of a field. */
export function byColumn(field: Field, own: ByColumn = {}): Panel {
  const id = own.id ?? `by-${fieldText(field).replace(/[^\w-]/g, '-')}`;
  const { title = labelOf(field), question = 'How many have which?' } = own;
  return {
    id,
    title,
    question,
    Show: () => {
      const scope = useScope();
      const { count = 'ids' } = own;
      const list: RankedProps = {
        id,
        title,
        by: field,
        count,
        unit: count === 'ids' ? peopleOf(scope.kind) : 'Events',
        ...(own.where && { where: own.where }),
        ...(own.extra && { extra: own.extra }),
        ...(own.hasOther && { hasOther: true }),
        ...(own.label && { label: own.label }),
      };
      const { held } = useHeld(useAsked(scope, firstAsked(list)));
      // What nobody sends needs no place on the page, nor what may turn out to be that.
      if (own.isOptional && (!held || held.data?.rows.length === 0)) return null;
      return (
        <Card {...{ id, title, question }}>
          <Ranked {...list} />
        </Card>
      );
    },
  };
}
