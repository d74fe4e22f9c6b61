import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { pwsh } from '../probe/windows-node.ts';
import { mistakeOf } from './az-commands.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const read = (file: string) => readFileSync(join(root, file), 'utf8');
const ID = 'aaaaaaaa-0000-4000-8000-000000000001';

/** The blocks of code of a language in the guides, each with the words of the reader in place of `<…>`. */
function blocks(language: string) {
  return ['deploy', 'operate'].flatMap((guide) => {
    const found = [...read(`docs/guides/${guide}.md`).matchAll(new RegExp(`^ *\`\`\`${language}\\n((?:.*\\n)*?)^ *\`\`\`$`, 'gm'))];
    return found.map(([, text], index) => ({
      name: `${guide} ${index + 1}`,
      text: text!.replaceAll(/<(?!<)[^<>\n]*>/g, ID).replaceAll('…', 'x'),
    }));
  });
}

const dir = mkdtempSync(join(tmpdir(), 'aks-fleet-prober-guide-'));
afterAll(() => rmSync(dir, { recursive: true }));
const bin = join(dir, 'bin');
const calls = join(dir, 'calls');
mkdirSync(bin);
mkdirSync(join(dir, 'dist'));
cpSync(join(root, 'infra'), join(dir, 'infra'), { recursive: true });
// What the reader has installed: each writes down how it was called, and answers with a value.
for (const tool of ['az', 'azd', 'gh', 'npm', 'curl', 'zip']) {
  writeFileSync(
    join(bin, tool),
    `#!/bin/sh\n{ printf '%s' ${tool}; for word in "$@"; do printf '\\t%s' "$word"; done; echo; } >> '${calls}'\necho value\n`,
  );
  chmodSync(join(bin, tool), 0o755);
}

/** Runs a block as a reader would, after those before it in the same shell. */
function run(text: string): { status: number | null; stderr: string; called: string[][] } {
  writeFileSync(calls, '');
  const before = `output() { echo value; }\nAZURE_ENV_NAME=prod AZURE_LOCATION=westeurope signInApp=${ID}\n`;
  const env = { PATH: `${bin}:${process.env.PATH}`, HOME: dir };
  const { status, stderr } = spawnSync('bash', ['--norc', '-eu', '-c', before + text], { cwd: dir, env, encoding: 'utf8', input: '' });
  const called = readFileSync(calls, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => line.split('\t'));
  return { status, stderr, called };
}

/** The parameters of a template, and whether each must be given. */
function parametersOf(file: string): Map<string, boolean> {
  return new Map([...read(file).matchAll(/^param (\w+) [^=\n]*(=)?/gm)].map(([, name, given]) => [name!, given === undefined]));
}

const everything: string[][] = [];

describe('the commands of the guides', () => {
  it.each(blocks('bash').concat(blocks('sh')))('$name runs through, without a word of complaint of the shell', ({ text }) => {
    const { status, stderr, called } = run(text);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    everything.push(...called);
  });

  it('deploy templates that are there, with parameters that they have, and with all that they need', () => {
    const deployments = everything.filter(([tool, what, , verb]) => tool === 'az' && what === 'deployment' && /create|what-if/.test(verb!));
    expect(deployments.length).toBeGreaterThan(8);
    for (const words of deployments) {
      const following = (option: string) => words[words.indexOf(option) + 1]!;
      if (!words.includes('--template-file')) {
        expect(following('--parameters')).toBe('infra/main.bicepparam');
        continue;
      }
      const file = following('--template-file');
      expect(existsSync(join(root, file)), file).toBe(true);
      const [, scope = 'group'] = /^targetScope = '(\w+)'$/m.exec(read(file)) ?? [];
      expect(words[2]).toBe({ managementGroup: 'mg', subscription: 'sub', group: 'group' }[scope]);
      const rest = words.includes('--parameters') ? words.slice(words.indexOf('--parameters') + 1) : [];
      const given = rest.slice(0, rest.findIndex((word) => word.startsWith('--')) >>> 0).map((word) => word.split('=')[0]!);
      const known = parametersOf(file);
      for (const name of given) expect([...known.keys()], `${file} ${name}`).toContain(name);
      for (const [name, needed] of known) if (needed) expect(given, `${file} needs ${name}`).toContain(name);
    }
  });

  it('have options that the Azure CLI has', () => {
    const mistakes = everything.filter(([tool]) => tool === 'az').map(([, ...words]) => mistakeOf(words));
    expect(mistakes.length).toBeGreaterThan(30);
    expect(mistakes.filter((mistake) => mistake !== undefined)).toEqual([]);
  });

  it('are run with tools that the guide says to install', () => {
    const [, table = ''] = /\n\*\*Tools\.\*\*\n\n((?:\|.*\n)+)/.exec(read('docs/guides/deploy.md')) ?? [];
    const said: Record<string, string> = { az: 'Azure CLI', npm: 'npm', azd: 'azd', gh: '`gh`', zip: '`zip`', curl: '`curl`' };
    const used = [...new Set(everything.map(([tool]) => tool!))].sort();
    expect(used).toEqual(Object.keys(said).sort());
    for (const tool of used) expect(table).toContain(said[tool]);
  });

  it.skipIf(pwsh === undefined)('for PowerShell are read by it (skipped where there is none)', () => {
    const texts = blocks('powershell').map(({ text }) => text);
    expect(texts.length).toBeGreaterThan(0);
    const file = join(dir, 'block.ps1');
    writeFileSync(file, texts.join('\n'));
    const script = `$errors = $null; [void][System.Management.Automation.Language.Parser]::ParseFile('${file}', [ref]$null, [ref]$errors); $errors.Count`;
    const env = { PATH: process.env.PATH!, HOME: dir, POWERSHELL_TELEMETRY_OPTOUT: '1' };
    expect(spawnSync(pwsh!, ['-NoProfile', '-NonInteractive', '-Command', script], { env, encoding: 'utf8' }).stdout.trim()).toBe('0');
  });
});

it.each([
  [['deployment', 'sub', 'what-if', '--no-pretty-print', 'false'], 'takes no "false" there'],
  [['group', 'remove', '--name', 'a'], 'no command "az group remove"'],
  [['group', 'delete', '--nme', 'a'], 'has no option --nme'],
  [['group', 'delete', '--name', 'a', 'b'], 'takes no "b" there'],
])('a mistake in a command is found: %s', (words, mistake) => {
  expect(mistakeOf(words)).toContain(mistake);
});

describe('infra/grant-node-groups.sh', () => {
  const grant = (azure: string, ...args: string[]) => {
    writeFileSync(
      join(bin, 'az'),
      `#!/bin/sh\n{ printf az; for word in "$@"; do printf '\\t%s' "$word"; done; echo; } >> '${calls}'\n${azure}\n`,
    );
    writeFileSync(calls, '');
    const env = { PATH: `${bin}:${process.env.PATH}`, HOME: dir };
    const { status, stdout, stderr } = spawnSync('sh', [join(root, 'infra/grant-node-groups.sh'), ...args], { env, encoding: 'utf8' });
    const granted = readFileSync(calls, 'utf8')
      .split('\n')
      .filter((line) => line.includes('deployment'))
      .map((line) => line.split('\t'));
    return { status, stdout, stderr, granted };
  };
  const args = [ID, ID.replace('1', '2'), '/providers/Microsoft.Management/managementGroups/fleet'];
  const lists = (groups: string) => `[ "$1" = aks ] && printf '${groups}'; exit 0`;

  it('grants access on the node resource group of each cluster, once', () => {
    const { status, granted } = grant(lists('MC_b\\r\\nMC_a\\nMC_a\\n'), ...args);
    expect(status).toBe(0);
    expect(granted.map((words) => words[words.indexOf('--resource-group') + 1])).toEqual(['MC_a', 'MC_b']);
    const given = granted[0]!.slice(granted[0]!.indexOf('--parameters') + 1, -2).map((word) => word.split('=')[0]!);
    expect([...parametersOf('infra/access/node-group.bicep').keys()]).toEqual(given);
  });

  it('goes on where one is refused, and says so', () => {
    const { status, granted, stderr } = grant(
      `[ "$1" = aks ] && { printf 'MC_a\\nMC_b\\n'; exit 0; }\ncase "$*" in *MC_a*) exit 1 ;; esac`,
      ...args,
    );
    expect(status).toBe(1);
    expect(granted).toHaveLength(2);
    expect(stderr).toContain('not granted on MC_a');
  });

  it('without a cluster, or without its arguments, grants nothing and says what it expects', () => {
    expect(grant(lists(''), ...args)).toMatchObject({ status: 1, granted: [], stderr: expect.stringContaining('nothing was granted') });
    expect(grant(lists('MC_a'), 'one')).toMatchObject({
      status: 2,
      granted: [],
      stderr: expect.stringContaining('sh infra/grant-node-groups.sh SUBSCRIPTION_ID'),
    });
  });
});
