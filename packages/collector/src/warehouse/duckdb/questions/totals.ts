// How many events, ids, failures; median and 95th percentile of a measure.

import type {
  Counts,
  Data,
  Field,
  Measured,
  TotalsQuestion,
} from '../../../../../schema/src/question.ts';
import { periodBefore } from '../../../../../schema/src/zone.ts';
import type { Reading } from '../readers.ts';
import type { Scope } from '../sql.ts';
import { countAll } from './all.ts';
import { countsSql, distributionSql, measuredOf } from './counts.ts';
import type { Result } from './questions.ts';
import { asWhole, isBroken, wholeDistributionSql } from './whole.ts';

export async function totals(
  reading: Reading,
  question: TotalsQuestion,
): Promise<Result<'totals'>> {
  const { from, to, zone = 'UTC' } = question;
  const { measure } = question;
  const count = async (scope: Scope): Promise<Measured> => {
    const all = await countAll(reading, scope, zone);
    if (all && !measure) return { ...all, median: null, p95: null };
    return asWhole(reading, scope, measure, (isWhole) =>
      countMeasured(reading, scope, { measure, isWhole, all }),
    );
  };
  const data: Data['totals'] = {
    now: await count(question),
    before: question.before ? await count({ ...question, ...periodBefore(zone, from, to) }) : null,
  };
  return { data };
}

/** Undefined: `isWhole` was said of a measure that has other numbers. `all`: what has been counted already. */
async function countMeasured(
  reading: Reading,
  scope: Scope,
  of: {
    readonly measure: Field | undefined;
    readonly isWhole: boolean;
    readonly all: Counts | undefined;
  },
): Promise<Measured | undefined> {
  const { measure, isWhole, all } = of;
  const statement = reading.statement();
  const distribution =
    measure && isWhole
      ? wholeDistributionSql(statement, measure)
      : distributionSql(statement, measure);
  const counts = all ? '0, 0, 0, 0' : countsSql(reading.columns);
  const [cells] = await reading.rows(
    statement,
    `SELECT ${counts}, ${distribution} FROM events WHERE ${statement.scope(scope)}`,
  );
  return isBroken(cells!) ? undefined : { ...measuredOf(cells!), ...all };
}
