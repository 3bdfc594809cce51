// The values of a field on both sides.

import type { Data, Scalar } from '../../../../schema/src/question';
import { fieldOfName, hasColumn, headOf, oneOf, useAsked, useScope } from '../../app/scope';
import { currentView, go } from '../../app/view';
import { peopleOf } from '../../app/words';
import { valueInWords } from '../../format';
import { Card, Shown } from '../../parts/card';
import { FieldChoice } from '../../parts/field-choice';
import { Scroll } from '../../parts/scroll';
import { askedSoFar, onceBoth, type Side } from './sides';
import { CompareRow, Days, Head } from './table';

const VALUES = 100;

/** The values of a field on both sides, by ids. */
export function Lists({ sides }: { sides: readonly [Side, Side] }) {
  const scope = useScope();
  const { view } = scope;
  // Links had the first panel of one's own here.
  const name = (view.list || view.by[0]) ?? (hasColumn(scope, 'command') ? 'command' : 'event');
  const by = fieldOfName(name);
  const first = useAsked(scope, {
    kind: 'breakdown',
    by,
    order: 'ids',
    limit: VALUES,
    ...askedSoFar(sides[0]),
  });
  const second = useAsked(scope, {
    kind: 'breakdown',
    by,
    order: 'ids',
    limit: VALUES,
    ...askedSoFar(sides[1]),
  });
  type Row = Data['breakdown']['rows'][number];
  const of = (rows: readonly Row[] | undefined, value: Scalar) =>
    rows?.find((row) => row.value === value)?.ids ?? 0;
  return (
    <Card
      id="compare-lists"
      title={`By ${oneOf(by)}`}
      question={`How many ${peopleOf(scope.kind).toLowerCase()} on each side?`}
      isWide
      tools={
        <FieldChoice
          label="Break down by"
          value={name}
          change={(next) => next && go({ ...currentView(), list: next })}
        />
      }
    >
      <Shown
        of={onceBoth(first, second)}
        isEmpty={({ rows }) => rows.length === 0 && !second.answer?.data?.rows.length}
      >
        {({ rows }) => {
          const others = second.answer?.data?.rows;
          const values = [...new Set([...rows, ...(others ?? [])].map(({ value }) => value))]
            .map((value) => ({ value, a: of(rows, value), b: of(others, value) }))
            .sort((one, other) => other.a + other.b - one.a - one.b);
          return (
            <>
              <Days sides={sides} />
              <Scroll label={`By ${oneOf(by)}`}>
                <table>
                  <caption class="hidden">{headOf(by)} on both sides</caption>
                  <Head first={headOf(by)} sides={sides} />
                  <tbody>
                    {values.map(({ value, a, b }) => (
                      <CompareRow
                        key={String(value)}
                        name={valueInWords(value)}
                        values={[a, b]}
                        unit="count"
                      />
                    ))}
                  </tbody>
                </table>
              </Scroll>
            </>
          );
        }}
      </Shown>
    </Card>
  );
}
