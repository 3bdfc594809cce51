// What can go wrong with a store, in words. Whoever calls it knows no engine's codes.

/**
 * The store cannot take it now: full, damaged, too busy, stopping. Nothing was written; the client sends
 * it again. `reason` is for the operator: what is the matter, without data.
 */
export class Unavailable extends Error {
  override name = 'Unavailable';

  constructor(
    message: string,
    readonly reason?: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** A question about the numbers took longer than one may; it was stopped, and whoever waits behind it goes on. */
export class TooSlow extends Error {
  override name = 'TooSlow';
  /** Goes from thread to thread with an error. */
  readonly code = 'TOO_SLOW';

  constructor() {
    super(
      'the question took too long and was stopped: nothing is lost. Ask for fewer days, or again when the machine is less busy',
    );
  }
}

/** Something else has this name or token already. Sending it again does not help. */
export class Conflict extends Error {
  override name = 'Conflict';
}

/** Something that the operator has to put right. Shown without a stack. */
export class StoreError extends Error {
  override name = 'StoreError';
}

/** Another collector holds the store. */
export class StoreHeld extends StoreError {}

/** There was a database, and it is gone; or there is one where none should be. */
export class StoreLost extends StoreError {}
