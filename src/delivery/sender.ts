// What delivery asks of a way to send: one request for one batch, and a plain outcome.

import { isTimestamp, isUuid } from '../catalogue/validate';
import type { EventRecord } from '../journal/records';

/**
 * accepted: the server has the events.
 * rejected: the server finds this batch wrong or too large; sending it again would not help.
 * failed: the server was not reached, or cannot take it now; it is sent again later.
 * printed: there is no server: the request was shown to a person, and the events are done with.
 * `detail` is made here from a status or an error code. No text of a server gets into it.
 */
export type Outcome =
  | { kind: 'accepted'; detail: string }
  | { kind: 'rejected'; detail: string }
  | { kind: 'printed'; detail: string }
  | { kind: 'failed'; detail: string; retryAfterMs?: number };

/** A request, as it goes to the transport. An empty body is none. */
export interface Request {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** An answer. `text` holds at most the first 64 KiB of the body. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly text: string;
}

/**
 * Carries one request, until `endMs` (in ms of process uptime) and not longer. @throws an Error whose
 * `code` is safe to show.
 */
export type Transport = (request: Request, endMs: number) => Promise<Answer>;

/** A way to send. The transport is given, so that `preview` can look at the request instead. */
export interface Sender {
  send(batch: readonly EventRecord[], transport: Transport, endMs: number): Promise<Outcome>;
}

const REJECTING = [400, 413];

/**
 * A batch with its `uuid`, `timestamp` and `distinct_id` in their one written form; undefined when one
 * of them is no such thing. They are the only texts in a request that the catalogue does not name: with
 * this, no free text can leave in them either, whatever the journal holds.
 */
export function wireForm(batch: readonly EventRecord[]): EventRecord[] | undefined {
  const safe: EventRecord[] = [];
  for (const record of batch) {
    if (!isUuid(record.uuid) || !isUuid(record.distinct_id) || !isTimestamp(record.timestamp)) {
      return undefined;
    }
    safe.push({ ...record, timestamp: new Date(record.timestamp).toISOString() });
  }
  return safe;
}

/** What a sender answers to a batch that has no wire form: delivery then finds the event, and drops it. */
export const NO_WIRE_FORM: Outcome = { kind: 'rejected', detail: 'not a record of this tool' };

/**
 * Reads an answer. Exactly 200, and JSON or nothing: a page of HTML with status 200 comes from
 * somebody between us and the server (a hotel's login page), not from the server.
 */
export function outcomeOf(answer: Answer, nowMs: number): Outcome {
  const detail = `HTTP ${answer.status}`;
  if (answer.status === 200) {
    const isPage =
      /html/i.test(answer.headers['content-type'] ?? '') || answer.text.trimStart().startsWith('<');
    return isPage
      ? { kind: 'failed', detail: 'HTTP 200 with a web page: not the analytics server' }
      : { kind: 'accepted', detail };
  }
  if (REJECTING.includes(answer.status)) return { kind: 'rejected', detail };
  const wish = answer.headers['retry-after'];
  const seconds = wish === undefined ? Number.NaN : Number(wish);
  const wishMs = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(wish ?? '') - nowMs;
  return {
    kind: 'failed',
    detail,
    ...(wishMs > 0 && { retryAfterMs: wishMs }),
  };
}

/** A transport's error as an outcome, by its code alone. */
export function failureOf(error: unknown): Outcome {
  const { code } = (error ?? {}) as { code?: unknown };
  return { kind: 'failed', detail: typeof code === 'string' ? code : 'no answer' };
}
