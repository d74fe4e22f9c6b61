import { describe, expect, it } from 'vitest';
import { hostNameSchema } from '../../src/model/name-schemas.ts';

const label = 'a'.repeat(63);

describe('a host name', () => {
  it.each([
    'shop-dns-1a2b3c4d.hcp.westeurope.azmk8s.io',
    'Shop.Privatelink.WestEurope.azmk8s.io',
    '1.2.3.example',
    `${label}.${label}.${label}.${'a'.repeat(61)}`,
  ])('may be %s', (name) => {
    expect(hostNameSchema.parse(name)).toBe(name);
  });

  it.each([
    ...['10.0.0.4', '10.4', '0x7f.1', 'a.0x7f', '2130706433', '::1', '[::1]', 'fe80::1%eth0', 'localhost', 'metadata', ''],
    ...['a..example', '.a.example', 'a.example.', '-a.example', 'a-.example', 'a_b.example', 'a.example:443', 'a.example/b', 'u@a.example'],
    ...['a.example\n', ' a.example', 'ä.example', `${label}a.example`, `${label}.${label}.${label}.${'a'.repeat(62)}`],
  ])('is never %j', (name) => {
    expect(hostNameSchema.parse(name)).toBeUndefined();
  });

  it('is absent where a stranger wrote no text', () => {
    expect([undefined, null, 7, {}].map((value) => hostNameSchema.parse(value))).toEqual([undefined, undefined, undefined, undefined]);
  });
});
