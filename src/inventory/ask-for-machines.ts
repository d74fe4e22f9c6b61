import pLimit from 'p-limit';
import type { Compute } from '../azure/arm.ts';
import { failureOf } from '../azure/failure.ts';
import type { NodeFacts } from '../model/node.ts';
import { parseTarget, type Target } from '../model/resource-id.ts';
import { factsOf, type Machine } from './machine-facts.ts';

const CONCURRENT_READS = 8;
/** As many as a minute of one scale set grants several times over; the others are asked for in later sweeps. */
const MOST_IN_A_SWEEP = 100;

/** What Azure says of a machine by its id: its facts, that there is none, or nothing. */
export type Asked = { status: 'present'; facts: NodeFacts; machine: Machine } | { status: 'absent' } | { status: 'unknown' };

/** Codes of a 400 with which Compute says that an instance does not exist. */
const NOT_ACTIVE = /is not an active Virtual Machine Scale Set VM/i;

/** Whether an answer proves that a machine does not exist. A subscription or a group that cannot be seen proves nothing. */
function provesAbsence(error: unknown): boolean {
  const failure = failureOf(error);
  if (failure.kind !== 'answered') return false;
  if (failure.status === 404) return !failure.codes.includes('SubscriptionNotFound');
  return failure.codes.includes('InstanceIdsListInstanceIdNotActiveVM') || (failure.status === 400 && NOT_ACTIVE.test(failure.text));
}

const read = (compute: Compute, target: Target): Promise<Machine> =>
  target.kind === 'vm'
    ? compute.virtualMachines.get(target.resourceGroup, target.vm, { expand: 'instanceView' })
    : compute.virtualMachineScaleSetVMs.get(target.resourceGroup, target.vmss, target.instanceId, { expand: 'instanceView' });

async function ask(compute: Compute, known: NodeFacts): Promise<Asked> {
  const target = parseTarget(known.resourceId);
  if (target === undefined) return { status: 'unknown' };
  try {
    const machine = await read(compute, target);
    const { pool, size, subnet, resourceId } = known;
    const facts = factsOf(machine, known.node, { resourceId, pool, size, subnet });
    // Ids of instances are used again (azure-sdk-for-net#36946): under this one there is another machine now.
    if (known.vmId !== '' && facts.vmId !== known.vmId) return { status: 'absent' };
    // Its computer has another name now, under which it is listed: under both it would be run on twice.
    if (facts.node !== known.node) return { status: 'absent' };
    return { status: 'present', facts, machine };
  } catch (error) {
    if (failureOf(error).kind === 'own') throw error;
    return { status: provesAbsence(error) ? 'absent' : 'unknown' };
  }
}

/**
 * Asks Azure by id for machines that its lists lack. A list may be incomplete, or a scale set may have lost its tags: only that a machine is unknown
 * to Azure by its id too proves that it is gone.
 *
 * @param missing - the facts of the nodes to ask for; at most 100 of them are asked for.
 * @returns the answers, by node.
 */
export async function askForMachines(compute: Compute, missing: readonly NodeFacts[]): Promise<Map<string, Asked>> {
  const limit = pLimit(CONCURRENT_READS);
  const asked = missing.slice(0, MOST_IN_A_SWEEP);
  const answers = await Promise.all(asked.map((known) => limit(async () => [known.node, await ask(compute, known)] as const)));
  return new Map(answers);
}
