// Unpacks lz64 (the base64 form of lz-string), as old browser SDKs send it.
//
// Written here because the output must be bounded while it grows: two kilobytes can stand for a
// megabyte, and half a megabyte for sixteen gigabytes.
//
// The format: codes of a growing number of bits, lowest bit first, taken from six bits per letter,
// highest first. Code 0 is followed by a new 8-bit unit, 1 by a new 16-bit unit, 2 ends the text;
// every other code repeats an entry of the dictionary.

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const NONE = 64;
const VALUES = new Uint8Array(128).fill(NONE);
for (let value = 0; value < NONE; value++) VALUES[ALPHABET.charCodeAt(value)] = value;

const NEW_8 = 0;
const NEW_16 = 1;
const END = 2;
const FIRST_ENTRY = 3;

/** The text grew beyond the limit. */
export class TooLong extends Error {}

/** @throws TooLong, or an Error when it is not lz64. */
export function unpackLz64(packed: string, limitUnits: number): string {
  const letters = packed.replace(/=+$/, '');
  let at = 0;
  let bitsLeft = 0;
  let letter = 0;

  const read = (count: number): number => {
    let value = 0;
    for (let bit = 0; bit < count; bit++) {
      if (bitsLeft === 0) {
        letter = at < letters.length ? (VALUES[letters.charCodeAt(at++)] ?? NONE) : NONE;
        if (letter === NONE) throw new Error('not lz64');
        bitsLeft = 6;
      }
      bitsLeft--;
      value |= ((letter >> bitsLeft) & 1) << bit;
    }
    return value;
  };
  const unit = (code: number): string => String.fromCharCode(read(code === NEW_8 ? 8 : 16));

  const first = read(2);
  if (first === END) return '';
  if (first > END) throw new Error('not lz64');
  let last = unit(first);
  const dictionary: string[] = ['', '', '', last];
  const pieces = [last];
  let units = 1;
  let width = 3;
  // How many more entries fit before codes need another bit.
  let room = 4;
  const grow = () => {
    if (--room === 0) {
      room = 2 ** width;
      width++;
    }
  };

  for (;;) {
    let code = read(width);
    if (code === END) return pieces.join('');
    if (code === NEW_8 || code === NEW_16) {
      dictionary.push(unit(code));
      code = dictionary.length - 1;
      grow();
    }
    let entry = dictionary[code];
    if (code < FIRST_ENTRY || code > dictionary.length) throw new Error('not lz64');
    // The one code that is used before its entry exists.
    entry ??= last + last[0];
    units += entry.length;
    if (units > limitUnits) throw new TooLong();
    pieces.push(entry);
    dictionary.push(last + entry[0]);
    last = entry;
    grow();
  }
}
