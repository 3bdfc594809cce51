// Asks the collector that serves the page, and tells in its own words what went wrong.

/** An answer that is none. `message` is for people: the server's own words where it has some. */
export class AskError extends Error {
  constructor(
    message: string,
    /** The HTTP status; 0 when there was no answer. */
    readonly status: number,
  ) {
    super(message);
  }

  /** Whether the same question may be answered in a moment. */
  get isTransient(): boolean {
    // 501: it never will be.
    return this.status === 0 || this.status === 429 || (this.status >= 500 && this.status !== 501);
  }
}

/** The words of an error's body, whichever of the routes made it. */
function wordsOf(body: unknown): string | undefined {
  if (typeof body !== 'object' || body === null) return undefined;
  const { detail, message, error } = body as Record<string, unknown>;
  return [detail, message, error].find(
    (each): each is string => typeof each === 'string' && each !== '',
  );
}

const sentence = (text: string) =>
  `${text.charAt(0).toUpperCase()}${text.slice(1).replace(/[.!]?$/, '.')}`;

/** Asks. Resolves with the JSON of the answer, undefined where there is none. @throws AskError */
export async function ask(url: string, init: RequestInit = {}): Promise<unknown> {
  let response: Response;
  try {
    response = await fetch(url, { credentials: 'same-origin', ...init });
  } catch (error) {
    if ((error as Error).name === 'AbortError') throw error;
    throw new AskError('The collector cannot be reached.', 0);
  }
  const body: unknown = await response.json().catch(() => undefined);
  if (response.ok) return body;
  const words = wordsOf(body);
  throw new AskError(
    words ? sentence(words) : `The collector answered with status ${response.status}.`,
    response.status,
  );
}

/** Sends JSON. @throws AskError */
export const send = (method: string, url: string, body?: unknown): Promise<unknown> =>
  ask(url, {
    method,
    ...(body !== undefined && {
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }),
  });
