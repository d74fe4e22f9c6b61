import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { bicep, deployed, MODES, type Predicted, predict } from './compile.ts';
import { brokenPolicies, policies } from './policies.ts';

const namesOf = (resources: Predicted[]) => [...brokenPolicies(resources).keys()].map(({ name }) => name);

describe('the policies of an Azure landing zone, on what each mode deploys', () => {
  it.each(MODES)('%s: breaks none but those that it is there to break', (mode) => {
    const expected = policies.filter(({ brokenBy = [] }) => brokenBy.includes(mode)).map(({ name }) => name);
    expect(namesOf(deployed(mode))).toEqual(expected);
  });

  it('landing-zone breaks none at all, and makes no public address, no network and no zone', () => {
    expect(Object.fromEntries([...brokenPolicies(deployed('landing-zone'))].map(([{ name }, broken]) => [name, broken]))).toEqual({});
    expect(policies.filter(({ brokenBy = [] }) => brokenBy.includes('landing-zone'))).toEqual([]);
    const types = deployed('landing-zone').map(({ type }) => type);
    expect(types.filter((type) => /publicIP|natGateways|virtualNetworks|privateDnsZones$|webtests/.test(type))).toEqual([]);
  });

  it('each is broken by something: a rule that nothing can break would say nothing', () => {
    const everything: Predicted[] = [
      ...[
        'Microsoft.Storage/storageAccounts',
        'Microsoft.Web/sites',
        'Microsoft.Insights/components',
        'Microsoft.Resources/resourceGroups',
      ],
      ...['Microsoft.OperationalInsights/workspaces', 'Microsoft.Network/publicIPAddresses', 'Microsoft.Network/privateDnsZones'],
      ...['Microsoft.Storage/storageAccounts/blobServices', 'Microsoft.Web/sites/basicPublishingCredentialsPolicies'],
    ].map((type) => ({ id: type, type, name: 'bare', location: 'mars', properties: {} }));
    const subnets = [{ name: 'bare', properties: { serviceEndpoints: [{}] } }];
    everything.push({ id: 'n', type: 'Microsoft.Network/virtualNetworks', name: 'bare', properties: { subnets } });
    expect(namesOf(everything)).toEqual(policies.map(({ name }) => name));
  });

  it('and the guide says which mode breaks which', () => {
    const guide = readFileSync(new URL('../../docs/guides/deploy.md', import.meta.url), 'utf8');
    for (const { name, brokenBy = [] } of policies.filter((policy) => policy.brokenBy)) {
      const [row = ''] = guide.split('\n').filter((line) => line.startsWith(`| ${name.replace(/ \([0-9a-f, -]+\)$/, '')} |`));
      expect(row, name).not.toBe('');
      const cells = row.split('|').slice(2, -1);
      expect(cells.map((cell) => cell.trim())).toEqual(MODES.map((mode) => (brokenBy.includes(mode) ? 'no' : 'yes')));
    }
  });
});

describe.skipIf(bicep === undefined)('variants (skipped without the Bicep compiler)', { timeout: 120_000 }, () => {
  it('a network of its own behind a firewall of yours makes no public address', () => {
    const table = `/subscriptions/aaaaaaaa-0000-4000-8000-000000000001/resourceGroups/rg-hub/providers/Microsoft.Network/routeTables/to-firewall`;
    const resources = predict(
      'network',
      (text) => `${text.replace('privateApp = false', 'privateApp = true')}\nparam routeTableId = '${table}'\n`,
    );
    expect(namesOf(resources).filter((name) => /PublicIP|Function apps should disable/.test(name))).toEqual([]);
  });

  it('the zones of a resource group get the records where no policy makes them', () => {
    const group = '/subscriptions/aaaaaaaa-0000-4000-8000-000000000001/resourceGroups/rg-dns';
    const resources = predict('landing-zone', (text) =>
      text.replace(/^param policyMakesDnsRecords = true$/m, `param privateDnsGroupId = '${group}'`),
    );
    const zones = resources.filter(({ type }) => type.endsWith('privateDnsZoneGroups')).map(({ properties }) => JSON.stringify(properties));
    expect(zones).toHaveLength(4);
    // The suffix of the cloud is known at the deployment only.
    for (const name of ['blob', 'queue', 'table'])
      expect(
        zones.filter(
          (zone) => zone.includes(`${group}/providers/Microsoft.Network/privateDnsZones/`) && zone.includes(`privatelink.${name}.`),
        ),
      ).toHaveLength(1);
    expect(zones.join()).toContain(`${group}/providers/Microsoft.Network/privateDnsZones/privatelink.azurewebsites.net`);
  });

  it('a workspace that others use, too, is asked for the telemetry of this prober only', () => {
    const [rule] = predict('landing-zone').filter(({ name }) => name === 'prod-poison-messages');
    expect(JSON.stringify(rule!.properties)).toContain("AppEvents\\n| where column_ifexists('_ResourceId', '') =~");
  });

  it('three zones: the plan follows the storage', () => {
    const zoned = (resources: Predicted[]) => resources.find(({ type }) => type === 'Microsoft.Web/serverfarms')!.properties!.zoneRedundant;
    expect([zoned(deployed('landing-zone')), zoned(deployed('default'))]).toEqual([true, false]);
  });
});
