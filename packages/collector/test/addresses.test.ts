// Addresses, in every disguise, and what only looks like one.

import { describe, expect, it } from 'vitest';
import { holdsAddress, withoutAddresses, withoutAddressesIn } from '../src/gate/addresses';

describe('an address in a text is replaced', () => {
  it.each([
    ['203.0.113.9', '(address)'],
    ['v203.0.113.9', 'v(address)'],
    ['203.0.113.9_a', '(address)_a'],
    ['203.0.113.9-443', '(address)-443'],
    ['203.000.113.009', '(address)'],
    ['ip-203-0-113-9', 'ip-(address)'],
    ['ip-203-0-113-9.ec2.internal', 'ip-(address).ec2.internal'],
    ['host_203_0_113_9', 'host_(address)'],
    ['9.113.0.203.in-addr.arpa', '(address).in-addr.arpa'],
    ['10.0.0.1-10.0.0.9', '(address)-(address)'],
    ['from 203.0.113.77:8080, [2001:db8::abcd:77].', 'from (address):8080, [(address)].'],
    ['::ffff:203.0.113.77', '(address)'],
    ['v2001:db8::1', 'v(address)'],
    ['2001:db8::1_a', '(address)_a'],
  ])('%s', (text, expected) => {
    expect(withoutAddressesIn(text)).toBe(expected);
    expect(holdsAddress(text)).toBe(true);
  });
});

describe('what is no address stays', () => {
  it.each([
    'std::add',
    'a::b::c',
    '12:30:45',
    '1.2.3',
    '1.2.3.4.5',
    '999.1.1.1',
    '2026-01-02-03',
    '2026-01-02T03:04:05.678Z',
    '0192f3a4-0000-7000-8000-00000000000a',
    '00-11-22-33-44-55',
  ])('%s', (text) => {
    expect(withoutAddressesIn(text)).toBe(text);
  });
});

describe('a version', () => {
  it('of four numbers keeps the first, under a name that says it is one', () => {
    expect(
      withoutAddresses({
        $browser_version: '116.0.0.0',
        nodeVersion: '22.1.0',
        deep: [{ app_version: '3.1.4.1' }],
        $os_version: 'v203.0.113.9 of somebody',
        agent: 'Chrome/116.0.0.0',
      }),
    ).toEqual({
      $browser_version: '116',
      nodeVersion: '22.1.0',
      deep: [{ app_version: '3' }],
      $os_version: 'v(address) of somebody',
      agent: 'Chrome/(address)',
    });
  });
});
