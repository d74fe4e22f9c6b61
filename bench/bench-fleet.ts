import { type Fleet, type FleetFile, parseFleet } from '../local/simulator/fleet-schema.ts';

/** The shape of a fleet: one cluster in each subscription, and so in a throttling bucket of its own: the pace grows with the fleet. */
export interface FleetShape {
  clusters: number;
  nodesPerCluster: number;
}

// A scale set holds at most 1,000 instances.
const NODES_PER_POOL = 1000;

/** Makes a healthy fleet. */
export function benchFleet({ clusters, nodesPerCluster }: FleetShape): Fleet {
  const poolSizes = Array.from({ length: Math.ceil(nodesPerCluster / NODES_PER_POOL) }, (_, n) =>
    Math.min(NODES_PER_POOL, nodesPerCluster - n * NODES_PER_POOL),
  );
  const file: FleetFile = {
    subscriptions: Array.from({ length: clusters }, (_, n) => ({
      id: `eeeeeeee-0000-4000-8000-${String(n + 1).padStart(12, '0')}`,
      name: `Bench ${n + 1}`,
      clusters: [
        {
          name: `bench-${n + 1}`,
          resourceGroup: 'rg-bench',
          location: 'westeurope',
          kubernetesVersion: '1.33.5',
          pools: poolSizes.map((count, pool) => ({ name: `web${pool + 1}`, zones: ['1', '2', '3'] as const satisfies string[], count })),
        },
      ],
    })),
  };
  return parseFleet(file, 'the fleet of the bench');
}

/** What a healthy node's script prints, without running it. */
export function healthyAnswer(script: string): string {
  const nonce = /^NONCE='([0-9a-f]{16})'/m.exec(script)?.[1];
  return `\nAFP1 begin ${nonce}\nms=20\nserver=v1.33.5\nkubeconfig=ok\nAFP1 end ${nonce} rc=0\n`;
}
