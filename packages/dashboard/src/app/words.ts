// What the pages call things.

export { peopleOf } from '../../../schema/src/people';

/** What a list without rows says: where there is a filter, that it may be why. */
export function nothingIn({ where }: { readonly where: readonly unknown[] }): string {
  if (where.length === 0) return 'Nothing in this time.';
  return `Nothing matches the ${where.length === 1 ? 'filter' : 'filters'} in this time.`;
}
