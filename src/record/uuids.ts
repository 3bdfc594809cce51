// A small number for each of very many uuids, in a fraction of the memory of a Map.
//
// The journal may hold half a million events; what became of them is looked up by uuid, and export
// and report promise not to grow with the journal. Open addressing, linear probing, at most half
// full. What is no uuid (somebody edited the journal) goes into an ordinary Map.

const WORDS = 4;
const FIRST_SLOTS = 1 << 12;

const DIGITS = new Int8Array(128).fill(-1);
for (let digit = 0; digit < 16; digit += 1) {
  const letter = digit.toString(16);
  DIGITS[letter.charCodeAt(0)] = digit;
  DIGITS[letter.toUpperCase().charCodeAt(0)] = digit;
}
const DASHES = [8, 13, 18, 23];
const LENGTH = 36;

/** Reads the 128 bits of a uuid into `words`; false when the text is none. */
function parse(text: string, words: Uint32Array): boolean {
  if (text.length !== LENGTH) return false;
  let seen = 0;
  let word = 0;
  for (let at = 0; at < LENGTH; at += 1) {
    const code = text.charCodeAt(at);
    if (DASHES.includes(at)) {
      if (code !== 0x2d) return false;
      continue;
    }
    const digit = code < 128 ? DIGITS[code]! : -1;
    if (digit < 0) return false;
    word = (word << 4) | digit;
    seen += 1;
    if (seen % 8 === 0) words[seen / 8 - 1] = word;
  }
  return true;
}

/** uuid → a number from 1 on. */
export class UuidTable {
  private slots = FIRST_SLOTS;
  private keys = new Uint32Array(FIRST_SLOTS * WORDS);
  private values = new Uint32Array(FIRST_SLOTS);
  private used = 0;
  private readonly others = new Map<string, number>();
  private readonly words = new Uint32Array(WORDS);

  /** The number of a uuid; 0 when there is none. */
  get(uuid: string): number {
    if (!parse(uuid, this.words)) return this.others.get(uuid) ?? 0;
    return this.values[this.slotOf(this.words)]!;
  }

  /** Gives a uuid its number, which must not be 0. */
  set(uuid: string, value: number): void {
    if (!parse(uuid, this.words)) {
      this.others.set(uuid, value);
      return;
    }
    if (this.used * 2 >= this.slots) this.grow();
    const slot = this.slotOf(this.words);
    if (this.values[slot] === 0) {
      this.keys.set(this.words, slot * WORDS);
      this.used += 1;
    }
    this.values[slot] = value;
  }

  /** Where a key is, or would go. */
  private slotOf(words: Uint32Array): number {
    const [a, b, c, d] = words as unknown as [number, number, number, number];
    // The random bits of a UUIDv7 are in its second half; the first is nearly the same for all.
    let slot = (Math.imul(c ^ (b << 7), 0x9e3779b1) ^ Math.imul(d ^ a, 0x85ebca6b)) >>> 0;
    for (slot &= this.slots - 1; this.values[slot] !== 0; slot = (slot + 1) & (this.slots - 1)) {
      const at = slot * WORDS;
      const { keys } = this;
      if (keys[at + 3] === d && keys[at + 2] === c && keys[at + 1] === b && keys[at] === a) break;
    }
    return slot;
  }

  private grow(): void {
    const { keys, values, slots } = this;
    this.slots = slots * 2;
    this.keys = new Uint32Array(this.slots * WORDS);
    this.values = new Uint32Array(this.slots);
    for (let old = 0; old < slots; old += 1) {
      if (values[old] === 0) continue;
      const key = keys.subarray(old * WORDS, old * WORDS + WORDS);
      const slot = this.slotOf(key);
      this.keys.set(key, slot * WORDS);
      this.values[slot] = values[old]!;
    }
  }
}
