import type { TableEntity } from '@azure/data-tables';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { routes } from '../../src/http/routes.ts';
import { sessionCookie } from '../../src/http/session.ts';
import type { TableName } from '../../src/tables/open-tables.ts';
import { pageSecret } from '../../src/tables/page-secret.ts';
import { ask } from '../http/ask.ts';
import { explainBreach } from '../http/contract.ts';
import { INCIDENT, seedIncident } from '../http/seed-incident.ts';
import { answer, fleetOf, idOf, outages, sick, untilOpen } from '../sweep/field-world.ts';
import { openSweepWorld, type SweepWorld } from '../sweep/sweep-world.ts';

// "npm run fuzz" tries ten times as many cases.
const numRuns = Number(process.env.FUZZ_CASES ?? 1000);
/** The same cases each time, but for campaigns. */
const seed = process.env.FUZZ_CASES === undefined ? 1 : undefined;
const FLEETS_OF_ROWS = Math.max(2, Math.round(numRuns / 500));
const LONGEST_SWEEP_MS = 180_000;
vi.setConfig({ testTimeout: 240_000 + 360 * numRuns });

let world: SweepWorld;
let stored: { table: TableName; row: TableEntity }[];
let paths: { name: string; path: string }[];
let cookie: string;

async function readAll(): Promise<typeof stored> {
  const { tables } = world.services();
  const fixed: TableName[] = ['fleet', 'clusters', 'names', 'probes', 'sweeps', 'pace', 'poison', 'checks', 'webhooks'];
  const names = [...new Set([...fixed, ...(await tables.dated('results')), ...(await tables.dated('sweeps'))])];
  const rows: typeof stored = [];
  for (const table of names)
    for await (const { etag: _, timestamp: __, ...row } of (await tables.open(table)).listEntities<Record<string, unknown>>())
      rows.push({ table, row: row as TableEntity });
  return rows;
}

/** An address of every route that only reads. */
async function addresses(check: string): Promise<typeof paths> {
  const node = Object.keys(await world.outcomes(idOf('shop'))).sort()[0]!;
  const [outage] = await outages(world, 'shop');
  const sweep = (await world.sweep()).sweep;
  const values: Record<string, string> = {
    cluster: idOf('shop'),
    node,
    incident: INCIDENT,
    sweep,
    id: check,
    subject: outage?.node ?? '*',
    start: outage!.start,
  };
  return routes
    .filter(({ method }) => method === 'GET')
    .map(({ name, path }) => ({ name, path: path.replaceAll(/\{(\w+)\}/g, (_, key: string) => encodeURIComponent(values[key]!)) }));
}

beforeAll(async () => {
  vi.spyOn(console, 'warn').mockImplementation(() => {});
  vi.spyOn(console, 'error').mockImplementation(() => {});
  world = await openSweepWorld(fleetOf({ shop: 2, bank: 2 }), {}, { answer, longestSweepMs: LONGEST_SWEEP_MS });
  await seedIncident(world.services(), { open: [idOf('shop')], members: [idOf('shop')] });
  sick.add('shop');
  await world.sweep();
  await untilOpen(world, 'shop');
  const services = world.services();
  const node = Object.keys(await world.outcomes(idOf('bank')))[0]!;
  const headers = { 'content-type': 'application/json' };
  const asked = await ask(services, 'checks', { method: 'POST', headers, body: JSON.stringify({ node }) });
  paths = await addresses((asked.json as { id: string }).id);
  cookie = sessionCookie(await pageSecret(services.tables, services.now().getTime()), 'key-0123456789ab', services.now()).split(';')[0]!;
  stored = await readAll();
}, 180_000);
afterAll(() => world?.stop());

const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 40 }),
  fc.json({ maxDepth: 2 }),
  fc.constantFrom(
    '9999-12-31T23:59:59.999Z',
    '0000-01-01T00:00:00Z',
    'never',
    '{',
    '[]',
    'null',
    '[null]',
    '{"at":1}',
    '¶',
    '¶i/x',
    '<script>',
  ),
  fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
);
const value = fc.oneof(
  text,
  fc.boolean(),
  fc.integer(),
  fc.double(),
  fc.date({ noInvalidDate: true, min: new Date('1700-01-01'), max: new Date('2900-01-01') }),
);

/** Another content of some columns of a row, its keys apart. */
const changeOf = ({ row }: (typeof stored)[number]) => {
  const columns = Object.keys(row).filter((name) => name !== 'partitionKey' && name !== 'rowKey');
  return columns.length === 0 ? fc.constant({}) : fc.dictionary(fc.constantFrom(...columns), value, { minKeys: 1, maxKeys: 6 });
};

it('whatever a stranger writes into a row of any kind, every read of the API is answered as it is described, and none is an internal error', async () => {
  const { tables } = world.services();
  const kinds = new Set(stored.map(({ table, row }) => `${table} ${row.rowKey.split('|')[0]}`));
  expect(kinds.size).toBeGreaterThan(15);
  const anyCase = fc
    .nat(stored.length - 1)
    .chain((at) =>
      fc.tuple(fc.constant(at), changeOf(stored[at]!), fc.uniqueArray(fc.nat(paths.length - 1), { minLength: 2, maxLength: 2 })),
    );
  await fc.assert(
    fc.asyncProperty(anyCase, async ([at, change, asked]) => {
      const { table, row } = stored[at]!;
      const client = await tables.open(table);
      await client.upsertEntity({ ...row, ...change }, 'Replace');
      try {
        for (const each of asked) {
          const { route, status, headers, json, text: body } = await ask(world.services(), paths[each]!.path, { headers: { cookie } });
          expect([paths[each]!.name, status === 500]).toEqual([paths[each]!.name, false]);
          expect(explainBreach(route, status, body === '' ? null : headers.get('content-type'), json ?? body)).toBeUndefined();
        }
      } finally {
        await client.upsertEntity(row, 'Replace');
      }
    }),
    { numRuns, seed },
  );
});

it('whatever a stranger writes into the rows of one cluster, the next sweep is complete and sees the other', async () => {
  const { tables } = world.services();
  const own = stored.filter(({ row }) => `${row.partitionKey}|${row.rowKey}`.includes('rg-shop.shop'));
  expect(own.length).toBeGreaterThan(5);
  const changes = fc.tuple(...own.map((each) => fc.option(changeOf(each), { nil: undefined })));
  await fc.assert(
    fc.asyncProperty(changes, async (all) => {
      for (const [at, change] of all.entries())
        if (change !== undefined) await (await tables.open(own[at]!.table)).upsertEntity({ ...own[at]!.row, ...change }, 'Replace');
      await world.sweep();
      expect(Object.values(await world.outcomes(idOf('bank')))).toEqual(['reachable/Reachable', 'reachable/Reachable']);
    }),
    // Each try is a sweep.
    { numRuns: FLEETS_OF_ROWS, seed, endOnFailure: true },
  );
});
