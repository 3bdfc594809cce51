// Looks JSON over without parsing it: how deep it nests, and where its list of events is.
//
// A parser spends many bytes on each of `{},{},{},`; this spends none. So the number of events is
// known before the first is built, and so is the size of each: one of a million keys is never built.

import { JSON_DEPTH } from '../limits.ts';
import { notJson, Refused, tooManyEvents } from './refused.ts';

/** Where things are in JSON. Offsets into its bytes. */
export interface Outline {
  /** The start and end of each element of the list, one after another; undefined without a list. */
  readonly elements: number[] | undefined;
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
 * object. What is between brackets may still be no JSON; the brackets are right. @throws Refused
 */
export function outline(bytes: Buffer, name: string, maxElements: number): Outline {
  const stack = new Uint8Array(JSON_DEPTH + 1);
  const { length } = bytes;
  let depth = 0;
  let elements: number[] | undefined;
  let listDepth = 0; // of the list that is open; 0: none is
  let listStart = 0;
  let listEnd = 0;
  let elementStart = 0;
  let isNamed = false; // the member that begins has the name
  let hasEnded = false;
  const addElement = (list: number[], end: number) => {
    list.push(elementStart, end);
    if (list.length > 2 * maxElements) throw tooManyEvents();
  };
  for (let at = 0; at < length; at++) {
    const byte = bytes[at]!;
    if (byte === QUOTE) {
      const start = at + 1;
      for (at = start; at < length; at++) {
        const inner = bytes[at];
        if (inner === QUOTE) break;
        if (inner === BACKSLASH) at++;
      }
      if (at >= length) throw notJson();
      if (depth === 1 && at - start === name.length && stack[1] === OPEN_OBJECT) {
        isNamed = bytes.toString('latin1', start, at) === name && isKey(bytes, at + 1);
      }
    } else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) {
      if (hasEnded) throw notJson();
      if (depth === JSON_DEPTH) throw new Refused(400, 'too_deep', 'the JSON nests too deep');
      stack[++depth] = byte;
      if (byte === OPEN_ARRAY && (depth === 1 || (depth === 2 && isNamed))) {
        if (elements) throw notJson(); // two lists of one name
        elements = [];
        listDepth = depth;
        listStart = at;
        elementStart = at + 1;
      }
      isNamed = false;
    } else if (byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) {
      if (depth === 0 || stack[depth] !== byte - 2) throw notJson();
      if (depth === listDepth) {
        const isEmpty = elements!.length === 0 && isBlank(bytes, elementStart, at);
        if (!isEmpty) addElement(elements!, at);
        listDepth = 0;
        listEnd = at + 1;
      }
      if (--depth === 0) hasEnded = true;
    } else if (byte === COMMA) {
      if (depth === listDepth && depth > 0) {
        addElement(elements!, at);
        elementStart = at + 1;
      }
      isNamed = false;
    } else if (hasEnded && !isSpace(byte)) {
      throw notJson();
    }
  }
  if (depth !== 0) throw notJson();
  return { elements, start: listStart, end: listEnd };
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
