// A refusal: the status and the words that a client gets.

/** A request that is refused, with the status and the words its client gets. */
export class Refused extends Error {
  override name = 'Refused';
  constructor(
    readonly statusCode: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

export const tooLarge = () => new Refused(413, 'payload_too_large', 'the request is too large');
export const tooManyEvents = () =>
  new Refused(413, 'payload_too_large', 'the request has too many events');
export const notJson = () => new Refused(400, 'request_parsing_error', 'invalid JSON');
/** Not now; the client sends it again. */
export const busy = () => new Refused(503, 'busy', 'too many large requests at this moment');
/** Nobody hears it: the client is gone. It ends the work. */
export const left = () =>
  new Refused(499, 'client_left', 'the client left before its answer, so the rest was not taken');
