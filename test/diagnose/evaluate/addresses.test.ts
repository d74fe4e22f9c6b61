import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  contains,
  covers,
  holdsAddress,
  isPrivate,
  isPublic,
  isSameAddress,
  overlap,
  parsePrefix,
} from '../../../src/diagnose/evaluate/addresses.ts';
import { bitsOf, isPrefixOf } from './naive.ts';

describe('addresses', () => {
  it.each([
    ['10.1.0.0/22', { address: '10.1.0.0', family: 'ipv4', length: 22 }],
    ['20.1.1.1', { address: '20.1.1.1', family: 'ipv4', length: 32 }],
    ['2001:db8::/32', { address: '2001:db8::', family: 'ipv6', length: 32 }],
    ['::1', { address: '::1', family: 'ipv6', length: 128 }],
    ...[
      '',
      '*',
      'Internet',
      'AzureCloud.westeurope',
      '10.0.0.0/33',
      '10.0.0.0/-1',
      '10.0.0.0/',
      '10.0.0/8',
      '10.0.0.0/8/8',
      '::/129',
      'fe80::1%eth0',
      '10.0.0.0-10.0.0.9',
      '1e3',
      '010.0.0.1',
    ].map((text) => [text, undefined] as const),
  ] as const)('reads %j as %j', (text, prefix) => {
    expect(parsePrefix(text)).toEqual(prefix);
  });

  it.each([
    '10.0.0.1',
    '10.255.255.255',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.9.9',
    '100.64.0.1',
    '100.127.255.255',
    '127.0.0.1',
    '169.254.169.254',
    'fd00::1',
    'fe80::1',
    '::1',
  ])('takes %s for private', (address) => {
    expect([isPrivate(address), isPublic(address)]).toEqual([true, false]);
  });

  it.each([
    '9.255.255.255',
    '11.0.0.0',
    '172.15.255.255',
    '172.32.0.0',
    '192.169.0.0',
    '100.63.255.255',
    '100.128.0.0',
    '20.1.1.1',
    '2603:1020::1',
  ])('takes %s for public', (address) => {
    expect([isPrivate(address), isPublic(address)]).toEqual([false, true]);
  });

  it.each(['', 'nonsense', '10.0.0.0/8', '20.1.1.1/32', '1.2.3', '::x'])('takes %j for neither', (text) => {
    expect([isPrivate(text), isPublic(text)]).toEqual([false, false]);
  });

  it('keeps IPv4 and IPv6 apart', () => {
    expect(contains(parsePrefix('::/0')!, '1.2.3.4')).toBe(false);
    expect(contains(parsePrefix('0.0.0.0/0')!, '::ffff:1.2.3.4')).toBe(false);
    expect(covers(parsePrefix('::/0')!, parsePrefix('10.0.0.0/8')!)).toBe(false);
  });

  it('knows an IPv6 address however it is written', () => {
    expect(isSameAddress('2001:DB8:0:0::1', '2001:db8::1')).toBe(true);
    expect(isSameAddress('2001:db8::1', '2001:db8::2')).toBe(false);
  });

  it('never throws, whatever the text', () => {
    fc.assert(
      fc.property(fc.string(), fc.oneof(fc.string(), fc.ipV4(), fc.ipV6()), (text, address) => {
        expect([holdsAddress([text], address), isPrivate(text), isPublic(text)].every((each) => typeof each === 'boolean')).toBe(true);
      }),
    );
  });
});

const dual = fc.oneof(
  fc.tuple(fc.ipV4(), fc.integer({ min: 0, max: 32 })).map(([address, length]) => `${address}/${length}`),
  fc.tuple(fc.ipV6(), fc.integer({ min: 0, max: 128 })).map(([address, length]) => `${address}/${length}`),
);

describe('whatever the prefixes, they', () => {
  it('hold what has the same first bits, and no other address', () => {
    // Near addresses: of the prefix itself with some of its bits turned.
    fc.assert(
      fc.property(fc.ipV4(), fc.integer({ min: 0, max: 32 }), fc.integer({ min: 0, max: 31 }), (address, length, turned) => {
        const bits = [...bitsOf(address)].map((bit, index) => (index === turned ? String(1 - Number(bit)) : bit)).join('');
        const near = [0, 8, 16, 24].map((at) => Number.parseInt(bits.slice(at, at + 8), 2)).join('.');
        expect(contains(parsePrefix(`${address}/${length}`)!, near)).toBe(isPrefixOf(`${address}/${length}`, near));
        expect(contains(parsePrefix(`${address}/${length}`)!, near)).toBe(turned >= length);
      }),
      { numRuns: 1000 },
    );
  });

  it('overlap where one covers the other, and in either order', () => {
    fc.assert(
      fc.property(dual, dual, (one, other) => {
        const [a, b] = [parsePrefix(one)!, parsePrefix(other)!];
        expect(overlap(a, b)).toBe(overlap(b, a));
        expect(overlap(a, b)).toBe(covers(a, b) || covers(b, a));
        expect(covers(a, a)).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });
});
