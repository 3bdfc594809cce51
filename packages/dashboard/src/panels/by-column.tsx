// Who is it, and with what? The values of one column or property, ranked.

import { fieldText } from '../../../schema/src/condition';
import type { Field, Filter } from '../../../schema/src/question';
import { labelOf, useScope } from '../app/scope';
import { peopleOf } from '../app/words';
import { Card } from '../parts/card';
import { type Count, Ranked } from '../parts/ranked';
import type { Panel } from './panel';

interface ByColumn {
  readonly question?: string;
  readonly title?: string;
  readonly where?: readonly Filter[];
  readonly count?: Count;
  readonly measure?: Field;
  readonly label?: string;
}

/** A panel that ranks the values of a field. */
export function byColumn(field: Field, own: ByColumn = {}): Panel {
  const id = `by-${fieldText(field).replace(/[^\w-]/g, '-')}`;
  const { title = labelOf(field), question = 'How many have which?' } = own;
  return {
    id,
    title,
    question,
    Show: () => {
      const { kind } = useScope();
      const { count = 'ids' } = own;
      return (
        <Card {...{ id, title, question }}>
          <Ranked
            {...{ id, title, by: field, count }}
            {...(own.where && { where: own.where })}
            {...(own.measure && { measure: own.measure })}
            {...(own.label && { label: own.label })}
            unit={count === 'ids' ? peopleOf(kind) : 'Events'}
          />
        </Card>
      );
    },
  };
}
