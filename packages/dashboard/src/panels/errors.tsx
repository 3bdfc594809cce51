// What goes wrong? The most frequent errors, and the rest as one row.

import { byColumn } from './by-column';
import { valuesOverTime } from './over-time';

export const errors = byColumn(
  { column: 'error_type' },
  {
    id: 'errors',
    title: 'Errors',
    question: 'What goes wrong, and how often?',
    count: 'events',
    hasOther: true,
    label: 'Error',
  },
);

export const errorsOverTime = valuesOverTime({
  id: 'errors-over-time',
  title: 'Errors over time',
  question: 'Does it get better?',
  column: 'error_type',
  count: 'events',
  isOptional: true,
  isSparse: true,
});
