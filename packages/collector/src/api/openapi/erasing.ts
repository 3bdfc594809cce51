// Routes that erase, and of the time that retention goes by.

import { list, nullable, object, partial, type Route, type Schema, text, whole } from './route.ts';

export const RECEIPT = {
  receipt: text('To ask with.'),
  requested_at: text(),
  done_at: nullable(text('null: something is left.')),
  waiting_for: list(text('`store`, `warehouse` or `archive`.')),
  progress: {
    ...nullable({
      ...partial({
        percent: whole(),
        looked_at: whole('Of all projects: only to who may read all of them.'),
        of: whole('As `looked_at`.'),
      }),
      required: ['percent'],
    }),
    description:
      'While the store looks for an id: how far it is. `looked_at` and `of` are numbers of events of the store, of those that were there when it was asked. null: it does not, or no more.',
  },
};
export const forgotten = object({ events: whole(), installs: whole(), dead_letters: whole() });
const receipt = object({ ...RECEIPT, forgotten });
/** How much there was is for those who may read all projects. */
const ownReceipt = { ...partial({ ...RECEIPT, forgotten }), required: Object.keys(RECEIPT) };

/** Answers to what erases: all is done, or the rest follows. */
export const erasing = (schema: Schema) => ({
  200: { doc: 'It is gone everywhere.', schema },
  202: {
    doc: 'It is written down and being done: `waiting_for` says where, and the receipt when it is gone.',
    schema,
  },
});
const clock = object({
  clock: text('What the machine says.'),
  retention_goes_by: text(),
  ahead_ms: nullable(whole('How far the clock is ahead of it, and not believed.')),
});

export const erasures: readonly Route[] = [
  {
    at: ['POST /api/v1/forget'],
    tag: 'Keeping',
    who: 'token',
    summary: 'Erases an id: its events, counts, installation and dead letters, in every copy.',
    doc: 'Events, installations and dead letters of others lose it too, wherever it is the whole value of a property, at any depth. With a project’s token: in that project, ten times a minute, and an id that is no UUID only in properties that SDKs name ids with; the answer says neither how much there was nor how much the store has. With the admin token: in the project that is named, or in all. While it is not done, asking again gives the same receipt.',
    body: {
      doc: 'Whom.',
      schema: { ...partial({ distinct_id: text(), project: text() }), required: ['distinct_id'] },
    },
    answers: {
      ...erasing(ownReceipt),
      400: { doc: 'No id.' },
      429: { doc: 'Too many with this token; try again in a minute.' },
    },
  },
  {
    at: ['GET /api/v1/forget/{id}'],
    tag: 'Keeping',
    who: 'anybody',
    summary: 'How far an erasure is, by its receipt, which cannot be guessed and names nobody.',
    answers: {
      200: { doc: 'It is done.', schema: ownReceipt },
      202: { doc: 'Something is left.', schema: ownReceipt },
      404: { doc: 'There is no such receipt.' },
    },
  },
  {
    at: ['GET /api/v1/forget'],
    tag: 'Keeping',
    who: 'admin',
    summary: 'The latest receipts.',
    answers: { 200: { doc: 'The latest first.', schema: object({ receipts: list(receipt) }) } },
  },
  {
    at: ['GET /api/v1/clock'],
    tag: 'Keeping',
    who: 'admin',
    summary: 'The time that retention goes by: a clock that jumps ahead deletes nothing at once.',
    answers: { 200: { doc: 'Both clocks.', schema: clock } },
  },
  {
    at: ['POST /api/v1/clock'],
    tag: 'Keeping',
    who: 'admin',
    summary: 'Says that the clock is right, so that retention goes by it.',
    answers: { 200: { doc: 'Both clocks.', schema: clock } },
  },
];
