// What shim, collector and dashboard share, where none of their own tests looks.

import { describe, expect, it } from 'vitest';
import { usesOf } from '../src/counting';
import { csvLine } from '../src/csv';
import { isLoopback } from '../src/loopback';

describe('loopback', () => {
  it.each(['localhost', 'LOCALHOST', 'a.localhost', '127.0.0.1', '127.9.9.9', '::1', '[::1]'])(
    '%s is this machine',
    (host) => expect(isLoopback(host)).toBe(true),
  );
  it.each(['0.0.0.0', '::', '127.0.0.1.example.org', '127.example.org', 'localhost.example.org'])(
    '%s is not',
    (host) => expect(isLoopback(host)).toBe(false),
  );
});

describe('uses', () => {
  it('counts by name and event, also where an event is called as a part of every object', () => {
    const counts = ['service___proto__', 'service_enabled', 'enabled', 'constructor'].map(
      (event) => ({ name: 'plex', event, count: 2 }),
    );
    const [use] = usesOf(counts, 'service_');
    expect(use!.count).toBe(8);
    expect(Object.entries(use!.events)).toEqual([
      ['__proto__', 2],
      ['enabled', 4],
      ['constructor', 2],
    ]);
  });
});

describe('CSV', () => {
  it('has one rule for quotes, and an empty field for what is not there', () => {
    expect(csvLine(['a b', ' a', 'a;b', '"', null, undefined, 0, false, { a: 1 }])).toBe(
      'a b," a","a;b","""",,,0,false,"{""a"":1}"\r\n',
    );
  });
});
