// An id is found in the properties of others however it was sent: what is looked for is what the gate makes of
// it, and the quick look before never says no where a closer one would find it.

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { distinctIdOf } from '../../src/distinct-id.ts';
import { storableJson } from '../../src/gate/text.ts';
import { isNamedIn, jsonWithoutIds, mayName } from '../../src/store/naming.ts';

const RUNS = { seed: 20_261, numRuns: 2_000 };

/** Ids as senders give them, with all that is altered on the way. */
const piece = fc.oneof(
  fc.string(),
  fc.constantFrom(' ', '\0', '"', '\\', '\\u0000', '\ud83d', '😀', '\ufffd', '\n', '{', 'é'),
  fc.constantFrom('long '.repeat(39), 'x'.repeat(199)),
);
const sent = fc.oneof(
  fc.array(piece, { maxLength: 6 }).map((pieces) => pieces.join('')),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.integer(),
);
const isId = (value: unknown) => distinctIdOf(value) !== '';
/** As the gate writes properties. */
const written = (properties: unknown) => storableJson(JSON.stringify(properties));
/** Whatever else an event has, in properties where SDKs name no ids. */
const around = fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.jsonValue({ maxDepth: 2 }));

it('takes every value that would have been the id, at any depth, and nothing else', () => {
  const property = fc.property(sent.filter(isId), around, (given, others) => {
    const id = distinctIdOf(JSON.parse(written(given)));
    const clean = jsonWithoutIds(written(others), new Map([[id, 'anywhere']]));
    const named = {
      kept: JSON.parse(clean),
      ref: given,
      list: [given, [given]],
      at: { deep: given },
    };
    expect(mayName(written(named), id)).toBe(true);
    expect(JSON.parse(jsonWithoutIds(written(named), new Map([[id, 'anywhere']])))).toEqual({
      kept: JSON.parse(clean),
      list: [[]],
      at: {},
    });
  });
  fc.assert(property, RUNS);
});

it('finds it where SDKs name ids, also as a truth or a structure, and only there', () => {
  const given = fc.oneof(sent, fc.boolean(), fc.constant({ a: 'b"c' }), fc.constant(['x\\', 1]));
  const property = fc.property(given.filter(isId), (value) => {
    const id = distinctIdOf(JSON.parse(written(value)));
    const json = written({ alias: value, note: value });
    const left = JSON.parse(jsonWithoutIds(json, new Map([[id, 'named']])));
    expect(Object.keys(left)).toEqual(['note']);
    expect(isNamedIn(written({ distinctId: value }), id, 'named')).toBe(true);
  });
  fc.assert(property, RUNS);
});
