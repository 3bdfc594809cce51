// What an active id is called in each kind of project: people read "machines", not "distinct ids".

import type { Kind } from '../../../schema/src/columns';

const PEOPLE: Partial<Record<Kind, readonly [one: string, many: string]>> = {
  cli: ['Machine', 'Machines'],
  installs: ['Installation', 'Installations'],
  agents: ['Machine', 'Machines'],
  web: ['Visitor', 'Visitors'],
  product: ['User', 'Users'],
};

/** "Machines". */
export const peopleOf = (kind: Kind): string => PEOPLE[kind]?.[1] ?? 'Ids';
