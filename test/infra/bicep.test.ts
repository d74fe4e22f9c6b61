import { spawnSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const read = (file: string) => readFileSync(`${root}${file}`, 'utf8');
const templates = globSync('infra/**/*.bicep', { cwd: root }).sort();

/** The real compiler, alone or as part of the Azure CLI; undefined where neither is installed. */
function findCompiler(): [command: string, ...args: string[]] | undefined {
  const works = (command: string, ...args: string[]) => spawnSync(command, args, { stdio: 'ignore' }).status === 0;
  if (works('bicep', '--version')) return ['bicep', 'build', '--stdout'];
  return works('az', 'bicep', 'version') ? ['az', 'bicep', 'build', '--stdout', '--file'] : undefined;
}
const compiler = findCompiler();

describe.skipIf(compiler === undefined)('the Bicep compiler (skipped where neither bicep nor az is installed)', () => {
  it.each(templates)('builds %s without a warning', (file) => {
    const [command, ...args] = compiler!;
    const { status, stderr } = spawnSync(command, [...args, file], { cwd: root, encoding: 'utf8', maxBuffer: 1 << 26 });
    expect(stderr).not.toMatch(/: (Warning|Error) /);
    expect(status).toBe(0);
  });
});

describe.each(templates)('%s', (file) => {
  const text = read(file);

  it('says what it is, and of each parameter what it means and whether it must be given', () => {
    expect(text).toMatch(/^metadata description = '.+'$/m);
    for (const [, before = ''] of text.matchAll(/((?:^[@\]}) ].*\n|^\]\)\n|^\}\)\n)*)^param \w+/gm))
      expect(before).toMatch(/@description\('(Required|Optional|Conditional)\. /);
  });

  it('holds no key and calls no module of a registry', () => {
    expect(text).not.toMatch(/listKeys|AccountKey|br\/|br:/);
  });
});

it('a prober of nothing is refused with what to give', () => {
  const main = read('infra/main.bicep');
  expect(main).toContain('empty(monitoredSubscriptions) && empty(managementGroupName)\n  ? fail(');
  // What is computed and never used is never refused.
  expect(main).toMatch(/name: 'rg-\$\{base\}\$\{refusal\}'/);
});

it('a region without Flex Consumption and numbers out of range are refused', () => {
  const main = read('infra/main.bicep');
  expect(main).toMatch(
    /@description\('Required\. [^']*az functionapp list-flexconsumption-locations[^']*'\)\n@allowed\(\[[^\]]+\]\)\n@metadata\(.*\)\nparam location string/,
  );
  for (const [, before = '', name] of main.matchAll(/((?:^@.*\n)+)param (\w+) int/gm))
    expect({ [name!]: /@allowed|@minValue/.test(before) }).toEqual({ [name!]: true });
});

it('the storage takes no key and no old TLS, and shows nothing to the public', () => {
  const storage = read('infra/modules/storage.bicep');
  for (const line of [
    'allowSharedKeyAccess: false',
    'allowBlobPublicAccess: false',
    "minimumTlsVersion: 'TLS1_2'",
    'supportsHttpsTrafficOnly: true',
    'defaultToOAuthAuthentication: true',
  ])
    expect(storage).toContain(line);
});

it('what the app listens to and always opens is made before it starts', () => {
  const storage = read('infra/modules/storage.bicep');
  const listened = ['poison', 'work'].map((name) => /queueName: '([\w-]+)'/.exec(read(`functions/${name}.ts`))![1]!);
  expect(listed(storage, 'queueNames')).toEqual(listened.sort((a, b) => a.length - b.length));
  const fixed = /^type Fixed = (.*);$/m.exec(read('src/tables/open-tables.ts'))![1]!;
  expect(listed(storage, 'tableNames')).toEqual(fixed.split(' | ').map((name) => name.slice(1, -1)));
});

function listed(text: string, variable: string): string[] {
  const values = new RegExp(`^var ${variable} = \\[(.*)\\]$`, 'm').exec(text)![1]!;
  return values.split(', ').map((value) => value.slice(1, -1));
}
