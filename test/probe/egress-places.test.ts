import { expect, it } from 'vitest';
import { openEgressPlaces } from '../../src/probe/egress-places.ts';

const urls = ['https://mcr.microsoft.com/v2/', 'https://a.example:8443'];

it('gives each endpoint the address that it has here, and asks for it again after ten minutes', async () => {
  let [asked, time] = [0, 0];
  const places = openEgressPlaces(
    urls,
    async (host) => {
      asked += 1;
      return host === 'a.example' ? '10.0.0.9' : '203.0.113.10';
    },
    () => time,
  );
  expect(await places()).toEqual(['https://mcr.microsoft.com/v2/=203.0.113.10', 'https://a.example:8443=10.0.0.9']);
  await places();
  expect(asked).toBe(2);
  time = 600_000;
  await places();
  expect(asked).toBe(4);
});

it('leaves an endpoint as it is where its name is not found, hangs, or leads to what is no IPv4 address', async () => {
  const failing = openEgressPlaces(urls, () => Promise.reject(new Error('ENOTFOUND')));
  const odd = openEgressPlaces(urls, async () => '::1; reboot');
  const hanging = openEgressPlaces(urls, () => new Promise(() => {}));
  expect(await Promise.all([failing(), odd(), hanging()])).toEqual([urls, urls, urls]);
});
