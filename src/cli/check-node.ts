import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Arm } from '../azure/arm.ts';
import { isSignInError } from '../azure/sign-in-error.ts';
import { NoSuchMachine, readMachine } from '../inventory/read-machine.ts';
import { formatTarget, type Target } from '../model/resource-id.ts';
import { inconclusive } from '../model/verdict.ts';
import { classifyAzureError, refusalOf } from '../probe/classify-azure.ts';
import { type Judged, judgeState, withoutAnswer } from '../probe/judge-run.ts';
import { pollRun, startRun } from '../probe/run-command.ts';
import { composeScript } from '../probe/script.ts';
import type { Settings } from '../settings.ts';

/** For how long another's run on the node is waited for, and how often it is tried meanwhile. */
const BUSY_SECONDS = 120;
const TRY_AGAIN_SECONDS = 5;

/** Starts the script once nobody else's runs on the node. */
async function startWhenFree(start: () => Promise<string>, tell: (line: string) => void): Promise<string> {
  const last = Date.now() + (BUSY_SECONDS - TRY_AGAIN_SECONDS) * 1000;
  for (;;) {
    try {
      return await start();
    } catch (error) {
      if (classifyAzureError(error) !== 'NodeBusy' || Date.now() > last) throw error;
      tell(`Another run is in progress on the node; trying again in ${TRY_AGAIN_SECONDS} s …`);
      await sleep(TRY_AGAIN_SECONDS * 1000);
    }
  }
}

/**
 * Probes one node and waits for its answer, as a person does from a laptop; a sweep never waits.
 *
 * @param starting - is told what system the node has, before the script is started.
 * @param tell - is given a line whenever there is something to tell.
 * @throws the error of a sign-in that failed, or NoSuchMachine; everything else is a verdict.
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
  let isCreating = false;
  try {
    const { storageProfile, provisioningState } = await readMachine(arm, target);
    isCreating = provisioningState === 'Creating';
    const os = storageProfile?.osDisk?.osType === 'Windows' ? 'Windows' : 'Linux';
    starting(os);
    const script = composeScript(nonce, settings.EGRESS_ENDPOINTS, os);
    const poller = await startWhenFree(() => startRun(arm.computeOnce(target.subscriptionId), target, os, script), tell);
    const deadline = Date.now() + settings.PROBE_DEADLINE_SECONDS * 1000;
    for (let delay = settings.FIRST_COLLECT_SECONDS; Date.now() < deadline; delay = settings.COLLECT_AGAIN_SECONDS) {
      await sleep(delay * 1000);
      const judged = judgeState(await pollRun(compute, formatTarget(target), poller), nonce);
      if (judged !== undefined) return judged;
      tell('Still running…');
    }
    return withoutAnswer(inconclusive('RunCommandTimedOut', `Run Command gave no answer within ${settings.PROBE_DEADLINE_SECONDS} s`));
  } catch (error) {
    if (isSignInError(error) || error instanceof NoSuchMachine) throw error;
    return withoutAnswer(refusalOf(error, isCreating));
  }
}
