// What an active id is called in each kind of project: people read "machines", not "distinct ids".

import type { Kind } from './columns.ts';

const PEOPLE: Readonly<Record<Kind, string>> = {
  cli: 'Machines',
  installs: 'Installations',
  agents: 'Users',
  web: 'Visitors',
  product: 'Users',
};

/** "Machines". */
export const peopleOf = (kind: Kind): string => PEOPLE[kind];
