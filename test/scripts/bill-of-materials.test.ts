import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packageOf } from '../../scripts/bill-of-materials.ts';
import { buildApp } from '../../scripts/build.ts';

let dir: string;
let bill: { bomFormat: string; serialNumber: string; components: { name: string; version: string; purl: string; licenses: unknown[] }[] };
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'aks-fleet-prober-bill-'));
  await buildApp(join(dir, 'dist'), { bill: join(dir, 'sbom.cdx.json') });
  bill = JSON.parse(await readFile(join(dir, 'sbom.cdx.json'), 'utf8'));
}, 120_000);
afterAll(() => rm(dir, { recursive: true }));

describe('the bill of materials of what is deployed', () => {
  it('lists every dependency, and what these need in turn, once and with a license', async () => {
    const { dependencies } = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8'));
    const onlyOnTheCommandLine = ['@azure/arm-authorization'];
    const listed = new Map(bill.components.map(({ name, version }) => [name, version]));
    for (const [name, version] of Object.entries(dependencies).filter(([name]) => !onlyOnTheCommandLine.includes(name)))
      expect([name, listed.get(name)]).toEqual([name, version]);
    expect(listed.has('@azure/core-client')).toBe(true);
    // What GitHub's action looks for before it attests one.
    expect(bill).toMatchObject({ bomFormat: 'CycloneDX', specVersion: '1.6' });
    expect(bill.serialNumber).toMatch(/^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(new Set(bill.components.map(({ purl }) => purl)).size).toBe(bill.components.length);
    expect(bill.components.filter(({ licenses }) => licenses.length === 0)).toEqual([]);
  });

  it('has nothing that only developers need', () => {
    const names = bill.components.map(({ name }) => name);
    expect(names.filter((name) => /vitest|azurite|esbuild|biome|playwright/.test(name))).toEqual([]);
    expect(bill.components.find(({ name }) => name === '@azure/identity')!.purl).toMatch(/^pkg:npm\/%40azure\/identity@\d/);
  });
});

it.each([
  ['node_modules/zod/index.js', 'node_modules/zod'],
  ['node_modules/@azure/identity/dist/esm/index.js', 'node_modules/@azure/identity'],
  ['node_modules/a/node_modules/@b/c/d.js', 'node_modules/a/node_modules/@b/c'],
  ['lazy-commonjs:node_modules/zod/index.js', 'node_modules/zod'],
  ['src/settings.ts', undefined],
])('%s is part of %s', (file, folder) => {
  expect(packageOf(file)).toBe(folder);
});
