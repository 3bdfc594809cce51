// What goes wrong? The most frequent errors, and the rest as one row.

import { byColumn } from './by-column';

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
