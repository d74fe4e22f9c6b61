import { afterAll, beforeAll, expect, test } from 'vitest';
import { judgeRun } from '../../src/probe/judge-run.ts';
import { composeScript } from '../../src/probe/script.ts';
import { compute, smallFleet } from './small-fleet.ts';
import { type Conversation, converse } from './speak-to-simulator.ts';

const nonce = '0123456789abcdef';
const windows = `${compute}/virtualMachineScaleSets/akswin/virtualMachines/0`;

let simulator: Conversation;
beforeAll(async () => {
  const pools = [{ name: 'win', os: 'Windows' as const, count: 1 }];
  simulator = await converse(smallFleet(0, { pools }), { kubectl: '/nowhere/kubectl', namespaces: false });
});
afterAll(() => simulator.end());

async function probe(script: string[]) {
  const accepted = await simulator.arm('POST', `${windows}/runCommand`, { commandId: 'RunPowerShellScript', script });
  return judgeRun((await simulator.finish(accepted)).body.value, nonce, { vmId: '', serverNames: [] });
}

test('a Windows node is taken for reachable, and its answer says that it is a stand-in', async () => {
  const { verdict, evidence } = await probe(composeScript(nonce, ['https://mcr.microsoft.com/v2/'], 'Windows'));
  expect(verdict).toMatchObject({ verdict: 'reachable', reason: 'Reachable', latencyMs: 900 });
  expect(evidence).toContain('standin=windows');
  expect(evidence).toContain('server=v1.33.5');
});

test('a stand-in answers nothing to a script of another kind', async () => {
  expect((await probe(['Get-Date'])).verdict.reason).toBe('NoProof');
});

test.each(['refused', 'kubeconfig-missing'])('a stand-in does not make up what Windows would say under %s', async (fault) => {
  await simulator.setFault('shop', fault);
  expect((await probe(composeScript(nonce, [], 'Windows'))).verdict).toMatchObject({ verdict: 'unknown', reason: 'NoProof' });
  await simulator.clearFault('shop');
});
