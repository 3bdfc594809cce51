// Do people update? Ids by version, over time.

import { valuesOverTime } from './over-time';

export const adoption = valuesOverTime({
  id: 'adoption',
  title: 'Versions over time',
  question: 'Do people update?',
  column: 'version',
  count: 'ids',
  isNewestFirst: true,
  isOptional: true,
});
