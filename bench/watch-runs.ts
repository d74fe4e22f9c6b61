import type { ArmReply } from '../local/simulator/arm-reply.ts';
import type { World } from '../local/simulator/lay-out-fleet.ts';
import { matchArmRoute } from '../local/simulator/match-arm-route.ts';
import type { AzureRequest } from '../local/simulator/serve-azure.ts';

/** A run whose result was read, in epoch milliseconds. */
export interface Reading {
  /** `<cluster>/<node>`. */
  node: string;
  began: number;
  ended: number;
  read: number;
}

/** Tells by the requests to Azure alone when runs begin and end, and when their results are read. */
export interface RunWatch {
  /** Takes note of an answered request. */
  see(request: Pick<AzureRequest, 'method' | 'url'>, reply: ArmReply): void;
  /** The results that were read of some nodes so far, in the order in which they were read. */
  of(nodes: ReadonlySet<string>): Reading[];
}

/**
 * Watches the runs on the nodes of a fleet.
 *
 * @param world - the fleet as the simulator lays it out.
 */
export function watchRuns(world: Pick<World, 'nodes'>, now: () => number = Date.now): RunWatch {
  const place = (...parts: (string | undefined)[]) => parts.join('/').toLowerCase();
  const names = new Map(
    world.nodes.map(({ name, cluster, pool, instanceId }) => [
      place(cluster.subscriptionId, cluster.nodeResourceGroup, pool.scaleSet, instanceId),
      `${cluster.id}/${name}`,
    ]),
  );
  const underWay = new Map<string, string>();
  const readings: Reading[] = [];
  return {
    see({ method, url }, { status, headers, body }) {
      const route = matchArmRoute(method, url.pathname);
      if (route?.operation === 'VirtualMachineScaleSetVMs_RunCommand' && status === 202) {
        const operation = new URL(headers!['azure-asyncoperation']!).pathname.split('/').at(-1)!;
        underWay.set(operation, names.get(place(route.subscription, route.resourceGroup, route.scaleSet, route.instance))!);
      }
      if (route?.operation !== 'Operations_Get' || status !== 200) return;
      const { status: state, startTime, endTime } = body as Record<string, string>;
      const node = underWay.get(route.operationId!);
      if (node === undefined || state !== 'Succeeded') return;
      underWay.delete(route.operationId!);
      readings.push({ node, began: Date.parse(startTime!), ended: Date.parse(endTime!), read: now() });
    },
    of: (nodes) => readings.filter(({ node }) => nodes.has(node)),
  };
}
