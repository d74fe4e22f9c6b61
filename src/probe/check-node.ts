import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ComputeManagementClient } from '@azure/arm-compute';
import { formatTarget, type Target } from '../fleet/resource-id.ts';
import type { Arm } from '../services.ts';
import type { Settings } from '../settings.ts';
import { inconclusive } from './classify.ts';
import { unknownFrom } from './classify-azure.ts';
import { type Judged, judgeRun, withoutAnswer } from './judge-run.ts';
import { pollRun, startRun } from './run-command.ts';
import { composeScript } from './script.ts';

async function readOs(compute: ComputeManagementClient, target: Target): Promise<'Linux' | 'Windows'> {
  const machine =
    target.kind === 'vm'
      ? await compute.virtualMachines.get(target.resourceGroup, target.vm)
      : await compute.virtualMachineScaleSetVMs.get(target.resourceGroup, target.vmss, target.instanceId);
  return machine.storageProfile?.osDisk?.osType === 'Windows' ? 'Windows' : 'Linux';
}

/**
 * Probes one node and waits for its answer, as a person does from a laptop; a sweep never waits.
 *
 * @param starting - is told what system the node has, before the script is started.
 * @param tell - is given a line whenever there is something to tell.
 */
export async function checkNode(
  arm: Arm,
  settings: Settings,
  target: Target,
  starting: (os: 'Linux' | 'Windows') => void,
  tell: (line: string) => void,
): Promise<Judged> {
  const compute = arm.compute(target.subscriptionId);
  const nonce = randomBytes(8).toString('hex');
  try {
    const os = await readOs(compute, target);
    starting(os);
    const poller = await startRun(arm.computeOnce(target.subscriptionId), target, os, composeScript(nonce, settings.EGRESS_ENDPOINTS, os));
    tell('Running…');
    const deadline = Date.now() + settings.PROBE_DEADLINE_SECONDS * 1000;
    for (let delay = settings.FIRST_COLLECT_SECONDS; Date.now() < deadline; delay = settings.COLLECT_AGAIN_SECONDS) {
      await sleep(delay * 1000);
      const run = await pollRun(compute, formatTarget(target), poller);
      if (run.status === 'done') return judgeRun(run.statuses, nonce);
      if (run.status === 'failed') throw run.error;
      if (run.status === 'lost') return withoutAnswer(inconclusive('StartLost', 'the poller of the run could not be restored'));
      tell('Still running…');
    }
    return withoutAnswer(inconclusive('RunCommandTimedOut', `Run Command gave no answer within ${settings.PROBE_DEADLINE_SECONDS} s`));
  } catch (error) {
    return withoutAnswer(unknownFrom(error));
  }
}
