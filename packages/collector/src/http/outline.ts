// Looks JSON over without parsing it: how deep it nests, and where its list of events is.
//
// A parser spends many bytes on each of `{},{},{},`; this spends none. So the number of events is
// known before the first is built, and so is the size of each: one of a million keys is never built.

import { JSON_DEPTH } from '../limits.ts';
import { notJson, Refused, tooManyEvents } from './refused.ts';

/** Where things are in JSON. Offsets into its bytes. */
export interface Outline {
  /** The end of each element of the list, where its comma is or would be; undefined without a list. */
  readonly ends: number[] | undefined;
  /** The list itself, its brackets included. */
  readonly start: number;
  readonly end: number;
}

const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const COMMA = 0x2c;
const COLON = 0x3a;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

const isSpace = (byte: number | undefined): boolean =>
  byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;

/**
 * Finds the list: the JSON itself when it is an array, else the member `name` of its outermost
 * object. What is between brackets may still be no JSON; the brackets are right.
 */
export class Outliner {
  private readonly stack = new Uint8Array(JSON_DEPTH + 1);
  private depth = 0;
  private inText = false;
  private textStart = 0;
  private ends: number[] | undefined;
  private listDepth = 0; // of the list that is open; 0: none is
  private listStart = 0;
  private listEnd = 0;
  private isNamed = false; // the member that begins has the name

  constructor(
    private readonly bytes: Buffer,
    private readonly name: string,
    private readonly maxElements: number,
  ) {}

  /** Looks at a piece of the bytes; says where the next one begins. @throws Refused */
  scan(from: number, to: number): number {
    const { bytes, stack, name } = this;
    let { depth, inText } = this;
    let at = from;
    for (; at < to; at++) {
      const byte = bytes[at]!;
      if (inText) {
        if (byte === BACKSLASH) at++;
        else if (byte === QUOTE) {
          inText = false;
          if (depth === 1 && at - this.textStart === name.length) this.noteText(at);
        }
      } else if (byte === QUOTE) {
        inText = true;
        this.textStart = at + 1;
      } else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) {
        if (depth === JSON_DEPTH) throw new Refused(400, 'too_deep', 'the JSON nests too deep');
        stack[++depth] = byte;
        if (depth <= 2) this.open(at, depth);
      } else if (byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) {
        if (depth === 0 || stack[depth] !== byte - 2) throw notJson();
        if (depth === this.listDepth) this.close(at);
        depth--;
      } else if (byte === COMMA && depth <= 2) {
        if (depth > 0 && depth === this.listDepth) this.add(at);
        this.isNamed = false;
      }
    }
    this.depth = depth;
    this.inText = inText;
    return at;
  }

  /** What was found. @throws Refused when a bracket or a quote is open */
  end(): Outline {
    if (this.depth !== 0 || this.inText) throw notJson();
    return { ends: this.ends, start: this.listStart, end: this.listEnd };
  }

  private noteText(end: number): void {
    this.isNamed =
      this.stack[1] === OPEN_OBJECT &&
      this.bytes.toString('latin1', this.textStart, end) === this.name &&
      isKey(this.bytes, end + 1);
  }

  private open(at: number, depth: number): void {
    const isList = this.stack[depth] === OPEN_ARRAY && (depth === 1 || this.isNamed);
    this.isNamed = false;
    if (!isList) return;
    if (this.ends) throw notJson(); // two lists of one name
    this.ends = [];
    this.listDepth = depth;
    this.listStart = at;
  }

  private close(at: number): void {
    const isEmpty = this.ends!.length === 0 && isBlank(this.bytes, this.listStart + 1, at);
    if (!isEmpty) this.add(at);
    this.listDepth = 0;
    this.listEnd = at + 1;
  }

  private add(end: number): void {
    const ends = this.ends!;
    ends.push(end);
    if (ends.length > this.maxElements) throw tooManyEvents();
  }
}

function isBlank(bytes: Buffer, from: number, to: number): boolean {
  let at = from;
  while (at < to && isSpace(bytes[at])) at++;
  return at >= to;
}

function isKey(bytes: Buffer, from: number): boolean {
  let at = from;
  while (isSpace(bytes[at])) at++;
  return bytes[at] === COLON;
}
