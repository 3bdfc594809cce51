// Asks the collector to delete everything it has under an id, once it is known to be one.

import { failureOf, type Request, type Transport } from './sender';

/** The paths of the collector's endpoints. */
const FORGET_PATH = '/api/v1/forget';
const HEALTH_PATH = '/api/v1/health';

/** What the collector calls itself. */
const SERVICE = 'onramp-analytics-collector';

/** PostHog's own hosts need not be asked who they are. */
const POSTHOG = /(^|\.)posthog\.com$/;

/** Who answers at a host; `detail` is why nobody could be asked. */
export type Server = { kind: 'collector' | 'other' } | { kind: 'failed'; detail: string };

/** Whether it is the collector: 1.0.0's says nothing but that it is well. */
function isCollector(text: string): boolean {
  try {
    const answer = JSON.parse(text) as Record<string, unknown> | null;
    if (answer?.service !== undefined) return answer.service === SERVICE;
    return JSON.stringify(answer) === '{"status":"ok"}';
  } catch {
    return false;
  }
}

/**
 * Asks who answers at `host`, until `endMs` (in ms of process uptime): the sender's name does not say,
 * as the collector takes what PostHog takes. No id and no key is in the request. Never throws.
 */
export async function whoAnswers(
  host: string,
  transport: Transport,
  endMs: number,
): Promise<Server> {
  if (POSTHOG.test(new URL(host).hostname)) return { kind: 'other' };
  try {
    const url = `${host}${HEALTH_PATH}`;
    const { status, text } = await transport({ method: 'GET', url, headers: {}, body: '' }, endMs);
    if (status >= 500) return { kind: 'failed', detail: `HTTP ${status}` };
    return { kind: status === 200 && isCollector(text) ? 'collector' : 'other' };
  } catch (error) {
    return { kind: 'failed', detail: failureOf(error).detail };
  }
}

/**
 * forgotten: it is deleted, so many events. refused: the server does not let this key do that.
 * failed: the server was not reached, or could not. `detail` is made here, not by the server.
 */
export type Forgotten =
  | { kind: 'forgotten'; events: number | undefined }
  | { kind: 'refused'; detail: string }
  | { kind: 'failed'; detail: string };

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

/** Asks, until `endMs` (in ms of process uptime). Never throws for what the network or the server does. */
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
