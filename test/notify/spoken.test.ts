import { expect, it } from 'vitest';
import { clusterName, lastName, spoken, timeOfDay } from '../../src/notify/spoken.ts';

it.each([
  ['NsgDenies', 'NSG denies'],
  ['ConnectionTimedOut', 'connection timed out'],
  ['DnsServerFailure', 'DNS server failure'],
  ['ApiServerNotReady', 'API server not ready'],
])('says %s as people do: %s', (code, words) => {
  expect(spoken(code)).toBe(words);
});

it('says the time of day, and of no time that it knows none', () => {
  expect(timeOfDay('2026-11-30T03:02:59.000Z')).toBe('03:02 UTC');
  expect(timeOfDay('soon')).toBe('an unknown time');
});

it('calls resources and clusters by their names', () => {
  expect(lastName('/subscriptions/s/providers/Microsoft.Network/azureFirewalls/hub-fw')).toBe('hub-fw');
  expect(clusterName('0b5a5e1c-6f0d-4c6e-9d1a-3f2b7c8d9e01.rg.a.shop')).toBe('shop');
});
