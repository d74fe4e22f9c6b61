import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

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

function run(hook: string, env: Record<string, string>) {
  const { status, stdout, stderr } = spawnSync('sh', ['-c', scriptOf(hook, 'posix')], { env, encoding: 'utf8' });
  return { status, output: stdout, complaint: stderr };
}

const deployed = {
  AZURE_ENV_NAME: 'prod',
  AZURE_LOCATION: 'westeurope',
  pageUrl: 'https://func-example.azurewebsites.net/api/status',
  resourceGroupName: 'rg-prod',
  functionAppName: 'func-example',
  principalId: 'cccccccc-0000-4000-8000-000000000008',
};

describe('the hooks of azd', () => {
  it('refuse to begin with nothing to monitor', () => {
    expect(run('preprovision', {})).toMatchObject({ status: 1, complaint: expect.stringContaining('azd env set MONITORED_SUBSCRIPTIONS') });
    expect(run('preprovision', { MANAGEMENT_GROUP: 'fleet' }).status).toBe(0);
  });

  it('leave nothing to do where access was granted by the deployment', () => {
    const { output } = run('postdeploy', { ...deployed, MONITORED_SUBSCRIPTIONS: 'one' });
    expect(output).toContain(deployed.pageUrl);
    expect(output).not.toContain('Still to do');
  });

  it('say for each subscription what is still to do where others grant access', () => {
    const { output } = run('postdeploy', { ...deployed, GRANT_FLEET_ACCESS: 'false', MONITORED_SUBSCRIPTIONS: 'one, two' });
    const commands = output.split('\n').filter((line) => line.includes('az deployment'));
    const command = (id: string) =>
      `az deployment sub create --name "fleet-access-prod-westeurope" --subscription ${id} --location westeurope --template-file infra/fleet-access.bicep --parameters principalId=${deployed.principalId}`;
    expect(commands.map((line) => line.trim())).toEqual([command('one'), command('two')]);
  });

  it('say it of a management group, once', () => {
    const { output } = run('postdeploy', {
      ...deployed,
      GRANT_FLEET_ACCESS: 'false',
      MANAGEMENT_GROUP: 'fleet',
      MONITORED_SUBSCRIPTIONS: 'one',
    });
    expect(output.match(/az deployment/g)).toHaveLength(1);
    expect(output).toContain('az deployment mg create --name "fleet-access-prod-westeurope" --management-group-id "fleet"');
  });

  it('print the same on Windows', () => {
    const commands = (system: 'posix' | 'windows') =>
      [...scriptOf('postdeploy', system).matchAll(/ {2}(az .*)"$/gm)].map(([, command]) =>
        command!.replaceAll('$env:', '$').replaceAll('`"', '\\"'),
      );
    expect(commands('posix')).toHaveLength(3);
    expect(commands('windows')).toEqual(commands('posix'));
  });
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
