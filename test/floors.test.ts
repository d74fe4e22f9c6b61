import { readFileSync } from 'node:fs';
import { glob } from 'node:fs/promises';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../', import.meta.url));

/** From the ground up: a module imports from its own floor and from those before it, types included. */
const floors = [
  'src/zod.ts',
  'src/model/',
  'src/log.ts',
  'src/version.ts',
  'src/small-heap.ts',
  'src/settings.ts',
  'src/history/',
  'src/diagnose/evaluate/',
  'src/azure/',
  'src/probe/',
  'src/inventory/',
  'src/tables/',
  'src/sweep/queue/',
  'src/notify/',
  'src/diagnose/read/',
  'src/diagnose/changes/',
  // Puts together what lies below; what lies above takes it.
  'src/services.ts',
  'src/diagnose/',
  'src/sweep/run/',
  'src/sweep/plan/',
  'src/sweep/incidents/',
  'src/sweep/assess/',
  'src/sweep/close/',
  'src/check/',
  'src/sweep/work.ts',
  'src/housekeeping/',
  'src/views/',
  'src/page/',
  'src/http/',
  'src/cli/',
  'src/unexpected-errors.ts',
  'src/app-services.ts',
  'functions/',
];

/** What may be imported from packages by the rooms that do no I/O. */
const purePackages: Record<string, readonly string[]> = {
  'src/model/': ['croner', 'node:crypto'],
  'src/history/': [],
  'src/diagnose/evaluate/': ['node:net'],
};

const floorOf = (file: string) => floors.findIndex((floor) => file === floor || (floor.endsWith('/') && file.startsWith(floor)));

const IMPORT = /(?:\bfrom\s*|\bimport\s*\(?\s*)'([^']+)'/g;

interface Import {
  file: string;
  /** A path below the project's folder, or the name of a package. */
  of: string;
  isOurs: boolean;
}

async function readImports(): Promise<Import[]> {
  const files: string[] = [];
  for await (const file of glob(['src/**/*.ts', 'functions/*.ts'], { cwd: root })) files.push(file);
  return files.flatMap((file) =>
    [...readFileSync(join(root, file), 'utf8').matchAll(IMPORT)].map(([, of = '']) => {
      const isOurs = of.startsWith('.');
      return { file, of: isOurs ? normalize(join(dirname(file), of)) : of, isOurs };
    }),
  );
}

describe('the floors of the house', async () => {
  const imports = await readImports();
  const own = imports.filter(({ isOurs }) => isOurs);

  it('hold every module', () => {
    expect(imports.length).toBeGreaterThan(500);
    expect([...new Set(own.flatMap(({ file, of }) => [file, of]))].filter((file) => floorOf(file) < 0)).toEqual([]);
  });

  it('are imported from above or from the same floor, never from below, types included', () => {
    const upwards = own.filter(({ file, of }) => floorOf(of) > floorOf(file));
    expect(upwards.map(({ file, of }) => `${file} imports ${of}`)).toEqual([]);
  });

  it.each(Object.keys(purePackages))('leave %s without I/O: it imports no package that has any', (floor) => {
    const packages = imports.filter(({ file, isOurs }) => !isOurs && file.startsWith(floor)).map(({ of }) => of);
    expect([...new Set(packages)].filter((name) => !purePackages[floor]!.includes(name))).toEqual([]);
  });

  it('reach storage by src/tables/ alone: nothing else opens a table', () => {
    const openers = [...new Set(imports.map(({ file }) => file))].filter(
      (file) => !file.startsWith('src/tables/') && /\.open\(/.test(readFileSync(join(root, file), 'utf8')),
    );
    const clients = imports.filter(({ file, of }) => of === '@azure/data-tables' && !file.startsWith('src/tables/'));
    expect([...openers, ...clients.map(({ file }) => file)]).toEqual(['src/services.ts']);
  });

  it('know zod by src/zod.ts alone, but for what only the description of the API needs', () => {
    const importers = imports.filter(({ of }) => /^zod\b/.test(of)).map(({ file }) => file);
    expect([...new Set(importers)].sort()).toEqual(['src/http/openapi.ts', 'src/zod.ts']);
  });

  it('know Azure Functions in functions/ alone, but for types', () => {
    const values = imports.filter(({ file, of }) => of === '@azure/functions' && file.startsWith('src/'));
    const asTypes = values.filter(({ file }) => /import type [^;]* from '@azure\/functions'/.test(readFileSync(join(root, file), 'utf8')));
    expect(values).toEqual(asTypes);
  });
});
