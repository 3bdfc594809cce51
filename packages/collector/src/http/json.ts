// JSON of strangers: looked over first (outline.ts), then parsed, and only in pieces of bounded size.

import {
  EVENT_SENT_BYTES,
  REQUEST_BYTES,
  REQUEST_EVENTS,
  SCAN_BYTES,
  SMALL_BYTES,
  SMALL_EVENTS,
} from '../limits.ts';
import { type Hold, turn } from './hold.ts';
import { Outliner } from './outline.ts';
import { notJson, tooLarge } from './refused.ts';

/** Stands for an event that was too large to be parsed at all. */
export const OVERSIZED = Symbol('oversized');

const text = (bytes: Buffer, start = 0, end = bytes.length): string =>
  bytes.toString('utf8', start, end);

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    throw notJson();
  }
}

/** JSON without the mark that some editors put before it. */
const unmarked = (bytes: Buffer): Buffer =>
  bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? bytes.subarray(3) : bytes;

/** Parses a small body. @throws Refused */
export function parseJson(bytes: Buffer): unknown {
  if (bytes.length > EVENT_SENT_BYTES) throw tooLarge();
  const json = unmarked(bytes);
  const outliner = new Outliner(json, '', EVENT_SENT_BYTES);
  outliner.scan(0, json.length);
  outliner.end();
  return parse(text(json));
}

/** A body of events: what is around them is parsed, they themselves only when asked for. */
export interface Sent {
  /** The body with an empty list; the list itself when the body is one. */
  readonly envelope: unknown;
  /** Undefined: the body has no list of that name. */
  readonly events: SentEvents | undefined;
}

export interface SentEvents {
  readonly length: number;
  /** How many bytes an event has. */
  size(index: number): number;
  /** Parses an event: undefined when it is no JSON, `OVERSIZED` when nobody should try. */
  at(index: number): unknown;
}

/** Reads a body whose events are in the list `name`, or are the body. @throws Refused */
export async function readSent(bytes: Buffer, name: string, hold: Hold): Promise<Sent> {
  if (bytes.length > REQUEST_BYTES) throw tooLarge();
  if (bytes.length > SMALL_BYTES) await hold.slot(bytes.length);
  const json = unmarked(bytes);
  const outliner = new Outliner(json, name, REQUEST_EVENTS);
  for (let at = 0; at < json.length; ) {
    if (at > 0) {
      await turn();
      hold.check();
    }
    at = outliner.scan(at, Math.min(at + SCAN_BYTES, json.length));
  }
  const { ends, start, end } = outliner.end();
  if (!ends) {
    // One event, or nothing that we know.
    if (json.length > EVENT_SENT_BYTES) throw tooLarge();
    return { envelope: parse(text(json)), events: undefined };
  }
  if (json.length - (end - start) > EVENT_SENT_BYTES) throw tooLarge();
  if (ends.length > SMALL_EVENTS) await hold.slot(json.length, ends.length);
  const from = (index: number) => (index === 0 ? start : ends[index - 1]!) + 1;
  return {
    envelope: parse(`${text(json, 0, start)}[]${text(json, end)}`),
    events: {
      length: ends.length,
      size: (index) => ends[index]! - from(index),
      at: (index) => {
        const to = ends[index]!;
        if (to - from(index) > EVENT_SENT_BYTES) return OVERSIZED;
        try {
          return JSON.parse(text(json, from(index), to));
        } catch {
          return undefined;
        }
      },
    },
  };
}
