import type { TokenCredential } from '@azure/identity';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ArmRequest } from '../../../src/azure/arm-request.ts';
import { readAdminRules } from '../../../src/diagnose/read/read-admin-rules.ts';
import { openReadCache } from '../../../src/diagnose/read/read-cache.ts';
import { startReading } from '../../../src/diagnose/read/read-settings.ts';
import { connectArm } from '../../../src/services.ts';
import { readSettings } from '../../../src/settings.ts';
import { json, type LoopbackAzure, serveHttps } from '../../serve-https.ts';

const group = '/subscriptions/0b5a5e1c-6f0d-4c6e-9d1a-3f2b7c8d9e01/resourceGroups/rg-net/providers/Microsoft.Network';
const networkId = `${group}/virtualNetworks/v`;
const configuration = `${group}/networkManagers/m/securityAdminConfigurations/c`;
const credential: TokenCredential = { getToken: async () => ({ token: 'crown-jewels', expiresOnTimestamp: Date.now() + 3_600_000 }) };

const appliedTo = (id: string, ...configurations: string[]) => ({
  id: `${id}/providers/Microsoft.Network/effectiveSecurityAdminRules/default`,
  properties: { EffectiveSecurityAdminConfigurations: configurations.map((Id) => ({ Id })) },
});
const ruleNamed = (name: string) => ({
  id: `${configuration}/ruleCollections/all/rules/${name}/snapshots/7`,
  name,
  properties: {
    access: 'Deny',
    direction: 'Outbound',
    priority: 10,
    protocol: 'Tcp',
    sources: [{ addressPrefix: '*' }],
    destinations: [{ addressPrefix: '*' }],
    sourcePortRanges: ['0-65535'],
    destinationPortRanges: ['443'],
  },
});
const many = (count: number) => Array.from({ length: count }, (_, index) => ruleNamed(`r${index}`));

let azure: LoopbackAzure;
let request: ArmRequest;
/** What Resource Graph holds: what applies to networks, and the rules of each snapshot. */
let applying: unknown[] = [];
let rules: unknown[] = [];
beforeAll(async () => {
  azure = await serveHttps(({ body }, response) => json(response, 200, { data: body.includes('/rules/') ? rules : applying }));
  request = connectArm(readSettings({ AzureWebJobsStorage: 'UseDevelopmentStorage=true', ARM_ENDPOINT: azure.url }), credential).request;
});
afterAll(() => azure.close());

const readRules = () => readAdminRules(startReading(openReadCache(request, () => new Date())), networkId);

describe('the rules of network managers', () => {
  it('are those of the configurations that apply to the network', async () => {
    applying = [
      appliedTo(`${networkId}-other`, `${configuration}-other/snapshots/1`),
      appliedTo(networkId, `${configuration}/snapshots/7`),
    ];
    rules = [ruleNamed('deny-443')];
    expect(await readRules()).toMatchObject({ status: 'read', value: [{ name: 'deny-443', access: 'Deny' }] });
  });

  it('are none where nothing applies', async () => {
    applying = [];
    rules = [];
    expect(await readRules()).toEqual({ status: 'read', value: [] });
  });

  it.each<[string, unknown[], unknown[], string]>([
    ['the role sees no rule of a configuration that applies', [appliedTo(networkId, `${configuration}/snapshots/7`)], [], 'unseen'],
    ['there are more rules than one answer holds', [appliedTo(networkId, `${configuration}/snapshots/7`)], many(100), 'cut'],
    [
      'more configurations apply than are read',
      [appliedTo(networkId, ...[1, 2, 3, 4].map((version) => `${configuration}/snapshots/${version}`))],
      many(1),
      'cut',
    ],
    ['there are more networks than one answer holds', Array.from({ length: 1000 }, () => appliedTo(`${networkId}-other`)), [], 'cut'],
    ['what applies has no version', [appliedTo(networkId, configuration)], many(1), 'failed'],
  ])('are unread, and not none, where %s', async (_, own, ofSnapshot, why) => {
    applying = own;
    rules = ofSnapshot;
    expect(await readRules()).toMatchObject({ status: 'unread', why });
  });
});
