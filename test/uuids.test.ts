// The table that keeps a number for each of very many uuids.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UuidTable } from '../src/record/uuids';
import { uuidOf } from './support/journal';

describe('the table of uuids', () => {
  it('answers as a Map does, whatever the keys are', () => {
    const key = fc.oneof(fc.uuid(), fc.string(), fc.constantFrom(uuidOf(1), uuidOf(2)));
    fc.assert(
      fc.property(fc.array(fc.tuple(key, fc.integer({ min: 1, max: 2 ** 32 - 1 }))), (pairs) => {
        const map = new Map<string, number>();
        const table = new UuidTable();
        for (const [uuid, value] of pairs) {
          map.set(uuid, value);
          table.set(uuid, value);
          expect(table.get(uuid)).toBe(value);
        }
        for (const [uuid, value] of map) expect(table.get(uuid)).toBe(value);
        expect(table.get('00000000-0000-0000-0000-0000000000ff')).toBe(0);
      }),
    );
  });

  it('holds a hundred thousand, sequential ones too', () => {
    const table = new UuidTable();
    for (let index = 0; index < 100_000; index += 1) table.set(uuidOf(index), index + 1);
    for (let index = 0; index < 100_000; index += 1) {
      if (table.get(uuidOf(index)) !== index + 1) throw new Error(`lost ${index}`);
    }
    expect(table.get(uuidOf(100_000))).toBe(0);
  });
});
