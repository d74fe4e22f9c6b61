import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Azurite, startAzurite } from '../../../local/azurite.ts';
import { requestPrefixOfCheck } from '../../../src/probe/request-id.ts';
import { requestPrefixOf } from '../../../src/sweep/run/request-prefix.ts';
import { insertSweep, readSweep } from '../../../src/tables/sweep-rows.ts';
import { servicesAt } from '../services-at.ts';

let azurite: Azurite;
beforeAll(async () => {
  azurite = await startAzurite();
});
afterAll(() => azurite.stop());

const at = () => servicesAt(azurite.connectionString, '2026-11-30T10:00:00Z').services;

it('is the one that the sweep was begun with, in every process, and is not another one if it is begun twice', async () => {
  const [one, other] = [at(), at()];
  const sweep = '2026-11-30T10:00:00Z';
  await insertSweep(one.tables, sweep, [], sweep);
  const prefix = await requestPrefixOf(one, sweep);
  await insertSweep(other.tables, sweep, [], sweep);
  expect(await requestPrefixOf(other, sweep)).toBe(prefix);
  expect((await readSweep(one.tables, sweep)).requests).toBe(prefix);
  expect(prefix).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}$/);
});

it('is one that nobody knows where the sweep says none, and that of a check is its own', async () => {
  const services = at();
  const sweep = '2026-11-30T10:05:00Z';
  const prefix = await requestPrefixOf(services, sweep);
  expect(prefix).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}$/);
  expect(await requestPrefixOf(services, sweep)).toBe(prefix);
  expect(await requestPrefixOf(services, '2026-11-30-0123456789abcdef')).toBe(requestPrefixOfCheck('2026-11-30-0123456789abcdef'));
});
