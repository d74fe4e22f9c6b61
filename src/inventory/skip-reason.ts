import type { ClusterFacts } from '../model/cluster-facts.ts';
import type { ReasonCode } from '../model/reasons.ts';
import type { Machine } from './machine-facts.ts';

/** What the power states of Azure mean, in lower case. One that is not listed, such as `unknown`, and none at all say nothing: the node is probed. */
export const OF_POWER: Readonly<Record<string, ReasonCode>> = {
  deallocated: 'Deallocated',
  stopped: 'NotRunning',
  deallocating: 'NodeStopping',
  stopping: 'NodeStopping',
  starting: 'NodeStarting',
};

/** The power states of a machine without their prefix. Azure may list none, several, or no statuses at all. */
function powerOf({ instanceView }: Machine): string[] {
  const codes = (instanceView?.statuses ?? []).map((status) => status?.code ?? '');
  return codes.flatMap((code) => /^PowerState\/(?<power>.+)/i.exec(code)?.groups?.power?.toLowerCase() ?? []);
}

/**
 * Why a machine is not probed now; undefined if it is. Only states that are proven to last end outages; `Updating` alone is no reason, since the
 * prober's own runs set it, nor is the agent's status. Pure.
 *
 * @param graceMinutes - younger machines are not probed.
 */
export function skipReason(machine: Machine, now: Date, graceMinutes: number): ReasonCode | undefined {
  const state = (machine.provisioningState ?? '').toLowerCase();
  if (state === 'deleting') return 'Deleting';
  if (state === 'creating') return 'Creating';
  const power = powerOf(machine);
  const stopped = power.includes('running') ? undefined : power.map((each) => OF_POWER[each]).find((reason) => reason !== undefined);
  if (stopped !== undefined) return stopped;
  const age = machine.timeCreated === undefined ? undefined : now.getTime() - machine.timeCreated.getTime();
  return age !== undefined && age < graceMinutes * 60_000 ? 'TooYoung' : undefined;
}

/**
 * Why a node is not probed now, by the state of its cluster and pool and of its machine. Pure.
 *
 * @param pool - the name of its pool.
 */
export function skipReasonIn(
  { recordOnly, upgrading, pools }: Pick<ClusterFacts, 'recordOnly' | 'upgrading' | 'pools'>,
  pool: string,
  machine: Machine,
  now: Date,
  graceMinutes: number,
): ReasonCode | undefined {
  const own = pools.find(({ name }) => name === pool);
  const known = recordOnly ?? (own?.excluded ? 'Excluded' : undefined) ?? skipReason(machine, now, graceMinutes) ?? own?.recordOnly;
  if (known !== undefined) return known;
  const isUpdating = machine.provisioningState?.toLowerCase() === 'updating';
  return isUpdating && (upgrading || own?.changing) ? 'NodeUpdating' : undefined;
}
