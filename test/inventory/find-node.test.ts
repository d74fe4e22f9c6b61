import { readFile } from 'node:fs/promises';
import tls from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { armError } from '../../local/simulator/arm-reply.ts';
import { findNode } from '../../src/inventory/find-node.ts';
import { connectArm } from '../../src/services.ts';
import { readSettings } from '../../src/settings.ts';
import { smallFleet, subscriptionId } from '../simulator/small-fleet.ts';
import { type Conversation, converse } from '../simulator/speak-to-simulator.ts';

let simulator: Conversation;
let isBroken = false;
beforeAll(async () => {
  simulator = await converse(smallFleet(2), {
    kubectl: '/nowhere/kubectl',
    namespaces: false,
    intercept: ({ url }, answer) =>
      isBroken && /vmss\/virtualMachines$/.test(url.pathname) ? armError(500, 'InternalServerError', 'An error occurred.') : answer(),
  });
  tls.setDefaultCACertificates([...tls.getCACertificates('default'), await readFile(simulator.simulator.caFile, 'utf8')]);
});
afterAll(() => simulator.end());

/** Searches for the nodes of the small fleet by a part of their name. */
async function search(node: string) {
  const { url } = simulator.simulator;
  const settings = readSettings({ AzureWebJobsStorage: 'UseDevelopmentStorage=true', ARM_ENDPOINT: url });
  const token = await simulator.token(`${url}/`);
  const arm = connectArm(settings, { getToken: async () => ({ token, expiresOnTimestamp: Date.now() + 3_600_000 }) });
  const lines: string[] = [];
  const options = { now: new Date(), report: (line: string) => void lines.push(line) };
  const found = await findNode(arm, [subscriptionId], { include: ['*'], exclude: [] }, { node }, options);
  return { ...found, lines };
}

describe('the search for a node', () => {
  it('says that a part could not be read, rather than that the node is not there', async () => {
    const scaleSets = await simulator.arm(
      'GET',
      `/subscriptions/${subscriptionId}/resourceGroups/MC_rg-shop_shop_westeurope/providers/Microsoft.Compute/virtualMachineScaleSets`,
    );
    const node = `${scaleSets.body.value[0]!.name}000000`;
    isBroken = false;
    expect(await search(node)).toMatchObject({ found: [{ facts: { node } }], gaps: [], lines: [] });
    isBroken = true;
    const cluster = `${subscriptionId}.rg-shop.shop`;
    expect(await search(node)).toMatchObject({
      found: [],
      gaps: [cluster],
      lines: [expect.stringContaining(`a part of ${cluster} could not be read (AzureError)`)],
    });
  });
});
