import { channel } from 'node:diagnostics_channel';

const effects = channel('aks-fleet-prober:fault-point');

/**
 * Marks that an effect of a stage has just happened. In production it does nothing; a test subscribes to stop the process at exactly this point.
 *
 * @param name - `stage:effect`, as listed in `faultPoints`.
 */
export function faultPoint(name: FaultPoint): void {
  effects.publish({ name });
}

/** Every effect of the sweep, in the order in which its stage has them. */
export const faultPoints = [
  'start-sweep:sweep-rows',
  'start-sweep:close-sweep',
  'start-sweep:list-clusters',
  'list-clusters:cluster-rows',
  'list-clusters:subscription-row',
  'list-clusters:expand-cluster',
  'expand-cluster:node-rows',
  'expand-cluster:assess-cluster',
  'expand-cluster:plan',
  'expand-cluster:start-slice',
  'start-slice:slot-sent',
  'start-slice:queued',
  'start-slice:claims',
  'start-slice:started',
  'start-slice:collect-slice',
  'start-slice:posts',
  'start-slice:pollers',
  'start-slice:rest-sent',
  'start-slice:rest-released',
  'collect-slice:started-again',
  'collect-slice:claims-released',
  'collect-slice:result-rows',
  'collect-slice:confirmation',
  'collect-slice:node-rows',
  'collect-slice:recheck',
  'collect-slice:tally',
  'collect-slice:pollers-deleted',
  'collect-slice:assess-cluster',
  'assess-cluster:cluster-row',
  'assess-cluster:published',
  'assess-cluster:children',
  'assess-cluster:outbox',
  'assess-cluster:notified',
  'assess-cluster:marked',
  'assess-cluster:outbox-cleared',
  'close-sweep:sent-again',
  'close-sweep:start-slice',
  'close-sweep:collect-slice',
  'close-sweep:finalized',
  'close-sweep:assess-cluster',
  'close-sweep:blindness',
  'close-sweep:incidents',
  'close-sweep:incidents-notified',
  'close-sweep:blindness-notified',
  'close-sweep:totals',
  'close-sweep:completed',
  'close-sweep:next-start',
] as const;

export type FaultPoint = (typeof faultPoints)[number];
