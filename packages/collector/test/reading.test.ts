// Bodies are read in pieces: their events are found without parsing what is around them.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Hold } from '../src/http/hold';
import { OVERSIZED, readSent } from '../src/http/json';

describe('reading a body in pieces', () => {
  it('finds what JSON.parse finds, wherever the brackets, quotes and commas are', async () => {
    const odd = fc.oneof(
      fc.jsonValue({ maxDepth: 3 }),
      fc.constantFrom(
        'batch',
        '],[',
        '"}',
        '\\',
        '\\"',
        '{"batch":[1]}',
        '',
        '\u2028',
        '\ud83d\ude00',
      ),
    );
    const sent = fc.oneof(
      fc.array(odd, { maxLength: 4 }),
      fc.record(
        { api_key: odd, batch: fc.oneof(fc.array(odd, { maxLength: 4 }), odd), other: odd },
        { requiredKeys: [] },
      ),
      fc.record({ properties: fc.record({ batch: fc.array(odd, { maxLength: 2 }) }) }),
    );
    await fc.assert(
      fc.asyncProperty(sent, fc.constantFrom(undefined, 1, '\t'), async (value, indent) => {
        const json = JSON.stringify(value, null, indent);
        const parsed = JSON.parse(json);
        const list = Array.isArray(parsed) ? parsed : parsed.batch;
        const { envelope, events } = await readSent(Buffer.from(json), 'batch', new Hold());
        if (!Array.isArray(list)) {
          expect(events).toBeUndefined();
          expect(envelope).toEqual(parsed);
          return;
        }
        expect(Array.from({ length: events!.length }, (_, n) => events!.at(n))).toEqual(list);
        expect(envelope).toEqual(Array.isArray(parsed) ? [] : { ...parsed, batch: [] });
      }),
      { numRuns: 2_000, seed: 20_26 },
    );
  });

  it.each([
    '{"batch":[{}',
    '{"batch":[{}]',
    '{"batch":[{}}]',
    '{"batch":[{}]}}',
    '{"batch":[{}]} x',
    '{"batch" [{}]}',
    '{"batch":[],"batch":[]}',
    '[{}] [{}]',
    '{"a":"',
    '"\\',
    '',
    ']',
  ])('what is broken around the events is no JSON: %s', async (json) => {
    await expect(readSent(Buffer.from(json), 'batch', new Hold())).rejects.toMatchObject({
      statusCode: 400,
    });
  });

  it('an event that is broken, or larger than one can be, does not spoil its neighbours', async () => {
    const json = `[{"a":1},{"a":tru},{"a":"${'x'.repeat(70_000)}"},,{"b":2}]`;
    const { events } = await readSent(Buffer.from(json), 'batch', new Hold());
    expect(Array.from({ length: events!.length }, (_, n) => events!.at(n))).toEqual([
      { a: 1 },
      undefined,
      OVERSIZED,
      undefined,
      { b: 2 },
    ]);
  });
});
