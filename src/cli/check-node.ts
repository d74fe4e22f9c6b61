import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Arm } from '../azure/arm.ts';
import { SignInError } from '../azure/sign-in-error.ts';
import { osOf } from '../inventory/machine-facts.ts';
import { NoSuchMachine, readMachine } from '../inventory/read-machine.ts';
import type { NodeOs } from '../model/node.ts';
import { formatTarget, type Target } from '../model/resource-id.ts';
import { inconclusive } from '../model/verdict.ts';
import { classifyAzureError, refusalOf, unreadFrom } from '../probe/classify-azure.ts';
import { openEgressPlaces } from '../probe/egress-places.ts';
import { type Judged, judgeState, withoutAnswer } from '../probe/judge-run.ts';
import { pollRun, startRun } from '../probe/run-command.ts';
import { composeScript } from '../probe/script.ts';
import type { Settings } from '../settings.ts';
import type { Attempts } from './attempts.ts';
import { sayWhatGoesOn } from './interrupt.ts';

/** How long to wait for another run on the node to end, and between two attempts. */
const BUSY_SECONDS = 120;
const TRY_AGAIN_SECONDS = 5;

/** Starts the script once no other run is in progress on the node. */
async function startWhenFree(start: () => Promise<string>, report: (line: string) => void): Promise<string> {
  const last = Date.now() + (BUSY_SECONDS - TRY_AGAIN_SECONDS) * 1000;
  for (;;) {
    try {
      return await start();
    } catch (error) {
      if (classifyAzureError(error) !== 'NodeBusy' || Date.now() > last) throw error;
      report(`Another run is in progress on the node; trying again in ${TRY_AGAIN_SECONDS} s …`);
      await sleep(TRY_AGAIN_SECONDS * 1000);
    }
  }
}

/**
 * Probes one node and waits for its result, for the command line.
 *
 * @param onStart - called with the operating system of the node, before the script is started.
 * @param report - called with a line of progress now and then.
 * @param attempts - says what was tried, where Azure was not reached.
 * @returns the verdict and its evidence, and the nonce of the run.
 * @throws the error of a failed sign-in, or NoSuchMachine; every other error is a verdict.
 */
export async function checkNode(
  arm: Arm,
  settings: Settings,
  target: Target,
  onStart: (os: NodeOs) => void,
  report: (line: string) => void,
  attempts: Pick<Attempts, 'explain'>,
): Promise<Judged & { nonce: string }> {
  const compute = await arm.compute(target.subscriptionId);
  const nonce = randomBytes(8).toString('hex');
  let isCreating = false;
  let settle = () => {};
  try {
    const { storageProfile, provisioningState, vmId = '' } = await readMachine(arm, target);
    isCreating = provisioningState === 'Creating';
    const os = osOf(storageProfile);
    onStart(os);
    const script = composeScript(nonce, await openEgressPlaces(settings.EGRESS_ENDPOINTS)(), os, settings.PROBE_SERVED);
    const poller = await startWhenFree(
      async () => startRun(await arm.computeOnce(target.subscriptionId), target, os, script, randomUUID()),
      report,
    );
    settle = sayWhatGoesOn(report);
    const deadline = Date.now() + settings.PROBE_DEADLINE_SECONDS * 1000;
    let unread: unknown;
    for (let delay = settings.FIRST_COLLECT_SECONDS; Date.now() < deadline; delay = settings.COLLECT_AGAIN_SECONDS) {
      await sleep(delay * 1000);
      const state = await pollRun(compute, formatTarget(target), poller);
      const judged = judgeState(state, nonce, { vmId, serverNames: [] });
      if (judged !== undefined) return { ...judged, nonce };
      unread = state.status === 'unread' ? state.error : undefined;
      report(
        state.status === 'unread'
          ? `The state of the run could not be read: ${attempts.explain(state.error) ?? state.error}`
          : 'Still running…',
      );
    }
    if (unread !== undefined) {
      const verdict = unreadFrom(unread);
      return { ...withoutAnswer({ ...verdict, message: attempts.explain(unread) ?? verdict.message }), nonce };
    }
    const late = inconclusive('RunCommandTimedOut', `Run Command gave no answer within ${settings.PROBE_DEADLINE_SECONDS} s`);
    return { ...withoutAnswer(late), nonce };
  } catch (error) {
    if (error instanceof SignInError || error instanceof NoSuchMachine) throw error;
    const verdict = refusalOf(error, isCreating);
    return { ...withoutAnswer({ ...verdict, message: attempts.explain(error) ?? verdict.message }), nonce };
  } finally {
    settle();
  }
}
