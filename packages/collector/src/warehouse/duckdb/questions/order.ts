// Who acts, and in which order.

import type { Within } from '../../../../../schema/src/question.ts';

/** The column that tells whose events are put in order. */
export const actorSql = (within: Within): string => (within === 'id' ? 'id' : 'session');

/**
 * A number that rises from event to event: by time, and within a millisecond by the store's number,
 * of which 21 bits fit. Nobody has two million events in a millisecond.
 */
export const orderSql = (from: number): string => `((time - ${from}) * 2097152 + (seq & 2097151))`;
