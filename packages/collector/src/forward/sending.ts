// Sends batches to a PostHog. One event that is refused neither holds up nor takes along the others: a batch that is
// refused is sent in halves, until what is refused stands alone.

import { gzipSync } from 'node:zlib';
import { UserError } from '../config.ts';
import {
  FORWARD_FIRST_WAIT_MS,
  FORWARD_REFUSED_IN_A_ROW,
  FORWARD_TIMEOUT_MS,
  FORWARD_TRIES,
  FORWARD_WAIT_MS,
} from '../limits.ts';

/** An event as it is sent; the rest of it is the other side's matter. */
export interface Outgoing {
  readonly uuid: string;
}

/** An event that was refused alone: nothing of it but its uuid. */
export interface RefusedEvent {
  readonly uuid: string;
  readonly status: number;
  /** The other side's word for it, if it gave one. */
  readonly code: string | undefined;
}

export interface Sent {
  sent: number;
  /** Taken with the others, and dropped: an answer of 200 that counts some as rejected. */
  rejected: number;
  readonly refused: RefusedEvent[];
}

export interface Destination {
  readonly url: URL;
  readonly key: string;
  /** Go on also where many in a row are refused. */
  readonly isSkipping: boolean;
}

/** It says the same again about the same events; fewer of them, or others, it may take. */
const ABOUT_EVENTS = [400, 413, 422];
/** It says the same again, whatever is sent. */
const FINAL = [401, 403, 404, 405];

export class Sender {
  private inARow = 0;

  constructor(private readonly destination: Destination) {}

  /** Sends events; resolves when each of them was taken, or refused alone. @throws UserError */
  async send(events: readonly Outgoing[]): Promise<Sent> {
    const result: Sent = { sent: 0, rejected: 0, refused: [] };
    await this.part(events, result);
    return result;
  }

  private async part(events: readonly Outgoing[], result: Sent): Promise<void> {
    const { status, code, rejected } = await this.request(events);
    if (status === 200) {
      this.inARow = 0;
      result.sent += events.length - rejected;
      result.rejected += rejected;
      return;
    }
    if (events.length > 1) {
      const middle = events.length >> 1;
      await this.part(events.slice(0, middle), result);
      await this.part(events.slice(middle), result);
      return;
    }
    result.refused.push({ uuid: events[0]!.uuid, status, code });
    this.inARow++;
    const { isSkipping, url } = this.destination;
    if (this.inARow < FORWARD_REFUSED_IN_A_ROW || isSkipping) return;
    throw new UserError(
      `${url.host} refused ${this.inARow} events in a row, each alone (${words(status, code)}): more likely the address or the key is wrong than all of them. What it took before is noted. Look at --to and --key and run it again, or pass over such events with --skip`,
    );
  }

  /** Tries until there is an answer about these events. @throws UserError */
  private async request(
    batch: readonly Outgoing[],
  ): Promise<{ status: number; code: string | undefined; rejected: number }> {
    const { url, key } = this.destination;
    const body = gzipSync(JSON.stringify({ api_key: key, historical_migration: true, batch }));
    let last = '';
    let waitMs = 0;
    for (let attempt = 0; attempt < FORWARD_TRIES; attempt++) {
      if (attempt > 0) await new Promise((wake) => setTimeout(wake, waitMs));
      waitMs = FORWARD_FIRST_WAIT_MS * 2 ** attempt;
      try {
        const answer = await fetch(url, {
          method: 'POST',
          headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' },
          body,
          signal: AbortSignal.timeout(FORWARD_TIMEOUT_MS),
        });
        const said = saidIn(await answer.text());
        const { status } = answer;
        if (status === 200 || ABOUT_EVENTS.includes(status)) {
          return { ...said, status, rejected: Math.min(said.rejected, batch.length) };
        }
        last = words(status, said.code);
        if (FINAL.includes(status)) break;
        const after = Number(answer.headers.get('retry-after') ?? 0) * 1000;
        if (after > 0) waitMs = Math.min(after, FORWARD_WAIT_MS);
      } catch (error) {
        const { cause, name } = error as { cause?: { code?: string }; name: string };
        last = cause?.code ?? name;
      }
    }
    throw new UserError(
      `${url.host} does not take the events (${last}). What it took is noted; run the same command to go on`,
    );
  }
}

const words = (status: number, code: string | undefined): string =>
  `HTTP ${status}${code === undefined ? '' : `, ${code}`}`;

/** What an answer says: a word, never a text, which may repeat what was sent. */
function saidIn(text: string): { code: string | undefined; rejected: number } {
  try {
    const { code, error, rejected } = JSON.parse(text) as Record<string, unknown>;
    const word = [code, error].find(
      (each): each is string => typeof each === 'string' && /^[a-z_]{1,64}$/.test(each),
    );
    return {
      code: word,
      rejected: Number.isSafeInteger(rejected) ? Math.max(0, Number(rejected)) : 0,
    };
  } catch {
    return { code: undefined, rejected: 0 };
  }
}
