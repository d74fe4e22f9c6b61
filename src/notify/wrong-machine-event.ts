import type { TelemetryEvent } from './telemetry-event.ts';

/** Writes the `ProberError` that another machine answered for a node: the same one for an hour. */
export function wrongMachineEvent(cluster: string, node: string, evidence: string, now: Date): TelemetryEvent {
  const hour = now.toISOString().slice(0, 13);
  return {
    name: 'ProberError',
    time: now.toISOString(),
    properties: {
      eventId: `machine/${cluster}/${node}/${hour}`,
      message: `another machine than the one that Azure lists answered for the node ${node} of ${cluster}; its answer does not count. Unless somebody just replaced the machine or moved its disk, treat it as a security incident`,
      evidence,
    },
  };
}
