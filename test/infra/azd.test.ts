import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { pwsh as powershell } from '../probe/windows-node.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const read = (file: string) => readFileSync(join(root, file), 'utf8');
const azd = read('azure.yaml');
const guide = read('docs/guides/deploy.md');

/** The script of a hook for one system, without its indent. */
function scriptOf(hook: string, system: 'posix' | 'windows'): string {
  const own = new RegExp(`^ {2}${hook}:\n(?: {4}.*\n)+`, 'm').exec(azd)![0];
  const lines = new RegExp(`^ {4}${system}:\n {6}shell: \\w+\n {6}run: \\|\n((?: {8}.*\n)+)`, 'm').exec(own)![1]!;
  return lines.replaceAll(/^ {8}/gm, '');
}

/** The folder of a project that somebody has chosen a mode for, and one of a fresh clone. */
const chosen = mkdtempSync(join(tmpdir(), 'aks-fleet-prober-azd-'));
mkdirSync(join(chosen, 'infra'));
writeFileSync(join(chosen, 'infra', 'main.bicepparam'), '');
const fresh = mkdtempSync(join(tmpdir(), 'aks-fleet-prober-azd-'));
afterAll(() => {
  for (const dir of [chosen, fresh]) rmSync(dir, { recursive: true });
});

const systems = ['posix', 'windows'] as const;
type System = (typeof systems)[number];

function run(system: System, hook: string, env: Record<string, string>, cwd = chosen) {
  const [command, ...args] = system === 'posix' ? ['sh', '-c'] : [powershell!, '-NoProfile', '-NonInteractive', '-Command'];
  // PowerShell writes where HOME is.
  const around =
    system === 'posix' ? {} : { PATH: process.env.PATH!, HOME: fresh, DOTNET_CLI_TELEMETRY_OPTOUT: '1', POWERSHELL_TELEMETRY_OPTOUT: '1' };
  const { status, stdout, stderr } = spawnSync(command!, [...args, scriptOf(hook, system)], {
    cwd,
    env: { ...around, ...env },
    encoding: 'utf8',
  });
  return { status, output: stdout, complaint: stderr };
}

const deployed = {
  AZURE_ENV_NAME: 'prod',
  AZURE_LOCATION: 'westeurope',
  pageUrl: 'https://func-example.azurewebsites.net/api/status',
  resourceGroupName: 'rg-prod',
  functionAppName: 'func-example',
  principalId: 'cccccccc-0000-4000-8000-000000000008',
  accessGranted: 'false',
  managementGroup: '',
  monitored: '',
};

describe.each(systems)('the hooks of azd on %s', (system) => {
  describe.skipIf(system === 'windows' && powershell === undefined)('(skipped without PowerShell where they need it)', () => {
    it('refuse to begin before a mode was chosen', () => {
      const { status, complaint } = run(system, 'preprovision', {}, fresh);
      expect(status).not.toBe(0);
      expect(complaint).toContain('infra/mode-default.bicepparam');
    });

    it('begin once it was: what is monitored is for the template to judge', () => {
      expect(run(system, 'preprovision', {}).status).toBe(0);
    });

    it('leave nothing to do where access was granted by the deployment', () => {
      const { output } = run(system, 'postdeploy', { ...deployed, accessGranted: 'true', monitored: 'one' });
      expect(output).toContain(deployed.pageUrl);
      expect(output).not.toContain('Still to do');
    });

    it('say for each subscription what is still to do where others grant access', () => {
      const { output } = run(system, 'postdeploy', { ...deployed, monitored: 'one,two' });
      const commands = output.split('\n').filter((line) => line.includes('az deployment'));
      const command = (id: string) =>
        `az deployment sub create --name "fleet-access-prod-westeurope" --subscription ${id} --location westeurope --template-file infra/fleet-access.bicep --parameters principalId=${deployed.principalId} rolesScope=/providers/Microsoft.Management/managementGroups/NAME`;
      expect(commands.map((line) => line.trim())).toEqual([command('one'), command('two')]);
    });

    it('say it of a management group, once: its roles, and access to it', () => {
      const given = { ...deployed, managementGroup: 'fleet', monitored: 'one' };
      const commands = run(system, 'postdeploy', given)
        .output.split('\n')
        .filter((line) => line.includes('az deployment'));
      expect(commands.map((line) => /--template-file (\S+)/.exec(line)?.[1])).toEqual([
        'infra/fleet-roles-mg.bicep',
        'infra/fleet-access-mg.bicep',
      ]);
      for (const line of commands) expect(line).toContain('--management-group-id "fleet"');
    });
  });
});

it('the hooks lead to chapters that the guide has', () => {
  const anchors = new Set([...azd.matchAll(/deploy\.md#([\w-]+)/g)].map(([, anchor]) => anchor!));
  expect(anchors.size).toBe(2);
  const headings = [...guide.matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replaceAll(/[^\w -]/g, '')
      .replaceAll(' ', '-'),
  );
  for (const anchor of anchors) expect(headings).toContain(anchor);
});

describe('what azd deploys', () => {
  it('is not built again in Azure: .funcignore stands in the folder of the project and does not leave out node_modules', () => {
    const project = /^ {4}project: (.*)$/m.exec(azd)![1]!;
    const patterns = read(join(project, '.funcignore'))
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'));
    expect(azd).toContain('\n    remoteBuild: false\n');
    expect(patterns.filter((pattern) => /node|^\W+$/.test(pattern))).toEqual([]);
  });

  it('needs the version of azd that the guide names, and azd refuses older ones', () => {
    const required = /^ {2}azd: '>= (\S+)'$/m.exec(azd)![1]!;
    expect(guide).toContain(`${required} or later`);
  });
});
