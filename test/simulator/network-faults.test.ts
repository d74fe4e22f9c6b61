import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type NetworkFaultId, networkFaults } from '../../local/simulator/faults/network.ts';
import { findingCodes } from '../../src/model/finding.ts';
import { classifyReport } from '../../src/probe/classify.ts';
import { parseReport, stdoutOf } from '../../src/probe/parse.ts';
import { composeScript } from '../../src/probe/script.ts';
import { central, networkFleet, spokes } from './network-fleet.ts';
import { firewall, trials } from './network-trials.ts';
import { changesQuery, type Json, query, read, readActivity, readAround } from './read-azure.ts';
import { type Conversation, converse } from './speak-to-simulator.ts';

const ids = Object.keys(trials) as NetworkFaultId[];
const nonce = '0123456789abcdef';
let simulator: Conversation;
beforeAll(async () => {
  simulator = await converse(networkFleet(Object.fromEntries(ids.map((id) => [id, trials[id].kind]))), { changeLagSeconds: 0 });
});
afterAll(() => simulator.end());

const azure = {
  read: (id: string) => read(simulator, id),
  query: (text: string) => query(simulator, [spokes], text),
};

async function startProbe(id: NetworkFaultId) {
  const nodeGroup = `/subscriptions/${spokes}/resourceGroups/MC_rg-${id}_${id}_westeurope`;
  const sets = await read(simulator, `${nodeGroup}/providers/Microsoft.Compute/virtualMachineScaleSets`);
  const instance = `${nodeGroup}/providers/Microsoft.Compute/virtualMachineScaleSets/${sets.value[0].name}/virtualMachines/0`;
  return simulator.start(instance, composeScript(nonce, ['https://mcr.microsoft.com/v2/']));
}

async function probe(id: NetworkFaultId) {
  const { body } = await simulator.finish(await startProbe(id));
  const report = parseReport(stdoutOf(body.value), nonce);
  return { verdict: report && classifyReport(report), facts: report?.facts };
}

test('every finding that a configuration can lead to has a fault of its name', () => {
  const inKebabCase = (code: string) => code.replace(/(?!^)[A-Z]/g, (letter) => `-${letter}`).toLowerCase();
  const wanted = findingCodes.filter((code) => code !== 'ClusterStopped').map((code) => [inKebabCase(code), code]);
  expect(Object.entries(networkFaults).map(([id, { finding }]) => [id, finding])).toEqual(wanted);
});

describe.skipIf(process.platform !== 'linux')('each fault changes the configuration, the path of the node and the change logs', () => {
  test.concurrent.for(ids)('%s', { timeout: 240_000 }, async (id, { expect: hope, skip }) => {
    if (simulator.simulator.unavailableFaults.has(id)) return skip();
    const { look, expected, operation, graph } = trials[id];
    const before = await readAround(simulator, spokes, id);
    if (id !== 'could-not-look') hope(await look(before, azure)).not.toEqual(expected);
    hope((await simulator.setFault(id, id)).status).toBe(200);

    if (id === 'could-not-look') await hope(readAround(simulator, spokes, id)).rejects.toThrow('AuthorizationFailed');
    else hope(await look(await readAround(simulator, spokes, id), azure)).toEqual(expected);

    const isHere = ({ resourceId }: Json) => resourceId.includes(`rg-${id}`) || resourceId.includes(`rg-Net-${id}`);
    const events = [
      ...(await readActivity(simulator, spokes)),
      ...(id === 'firewall-answers' ? await readActivity(simulator, central) : []),
    ];
    const isElsewhere = ['admin-rule-denies', 'could-not-look', 'firewall-answers'].includes(id);
    const own = events.filter((event) => isElsewhere || isHere(event));
    hope(own.map(({ operationName }) => operationName.value)).toContain(operation);

    const targets = [before.cluster, before.vnet, before.nicNsg, before.subnetNsg, before.routeTable, before.natGateway];
    const found = targets.flatMap((target: Json) => (target === undefined ? [] : [target.id]));
    const firewalls = id === 'firewall-answers' ? [firewall] : [];
    const asked = changesQuery([...found, ...firewalls], before.nodeGroup);
    const { body } = await query(simulator, [spokes, central], asked);
    const named = body.data.flatMap((row: Json) => (row.kind === 'Delete' ? ['deleted'] : Object.keys(row.changes ?? {})));
    if (graph === 'none') hope(named).toEqual([]);
    else hope(named).toContain(graph);

    const { effect, verdict, reason } = networkFaults[id];
    if (effect === 'agent-silent') {
      const { headers } = await startProbe(id);
      await new Promise((resolve) => setTimeout(resolve, 1500));
      hope((await simulator.arm('GET', String(headers.location))).status).toBe(202);
      await simulator.clearFault(id);
      await simulator.finish({ headers } as never);
    } else {
      const wanted = `${verdict}/${reason}`;
      const given = ({ verdict: said }: typeof seen) => `${said?.verdict}/${said?.reason}`;
      let seen = await probe(id);
      // Each stage of the script has but seconds, and the machine may stand still for as long.
      for (let left = 2; left > 0 && given(seen) !== wanted; left--) seen = await probe(id);
      hope(given(seen), JSON.stringify([...(seen.facts ?? [])])).toBe(wanted);
      await simulator.clearFault(id);
    }
    hope(await readAround(simulator, spokes, id)).toEqual(before);
    hope((await probe(id)).verdict?.verdict).toBe('reachable');
  });
});
