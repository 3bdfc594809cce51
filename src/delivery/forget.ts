// Asks the collector to delete everything it has under an id.

import { failureOf, type Request, type Transport } from './sender';

/** The path of the collector's endpoint for it. */
export const FORGET_PATH = '/api/v1/forget';

/**
 * forgotten: it is deleted, so many events. refused: the server does not let this key do that.
 * failed: the server was not reached, or could not. `detail` is made here, not by the server.
 */
export type Forgotten =
  | { kind: 'forgotten'; events: number | undefined }
  | { kind: 'refused' | 'failed'; detail: string };

const REFUSING = [401, 403, 404, 405];

/** The request. `key` is the project's token there, if it has one. */
function requestFor(id: string, key: string | undefined, host: string): Request {
  return {
    method: 'POST',
    url: `${host}${FORGET_PATH}`,
    headers: {
      'content-type': 'application/json',
      ...(key && { authorization: `Bearer ${key}` }),
    },
    body: JSON.stringify({ distinct_id: id }),
  };
}

/** The number of deleted events in the collector's answer; undefined when it does not say. */
function countOf(text: string): number | undefined {
  try {
    const { forgotten } = JSON.parse(text) as { forgotten?: { events?: unknown } };
    const events = forgotten?.events;
    return Number.isSafeInteger(events) ? (events as number) : undefined;
  } catch {
    return undefined;
  }
}

/** Asks, until `endMs` of clock.ts. Never throws for what the network or the server does. */
export async function askToForget(
  id: string,
  { key, host }: { key: string | undefined; host: string },
  transport: Transport,
  endMs: number,
): Promise<Forgotten> {
  try {
    const { status, text } = await transport(requestFor(id, key, host), endMs);
    const detail = `HTTP ${status}`;
    if (REFUSING.includes(status)) return { kind: 'refused', detail };
    if (status < 200 || status > 299) return { kind: 'failed', detail };
    const isJson = text === '' || text.trimStart().startsWith('{');
    if (!isJson) return { kind: 'failed', detail: `${detail}, but not the collector` };
    return { kind: 'forgotten', events: countOf(text) };
  } catch (error) {
    return { kind: 'failed', detail: failureOf(error).detail };
  }
}
