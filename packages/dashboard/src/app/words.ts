// What the pages call things.

export { peopleOf } from '../../../schema/src/people';
