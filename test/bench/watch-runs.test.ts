import { expect, test } from 'vitest';
import { detectionFleet } from '../../bench/detection-fleet.ts';
import { watchRuns } from '../../bench/watch-runs.ts';
import { parseFleet } from '../../local/simulator/fleet-schema.ts';
import { keepOperations } from '../../local/simulator/keep-operations.ts';
import { layOutFleet } from '../../local/simulator/lay-out-fleet.ts';

let time = 1000;
const clock = { now: () => new Date(time), wait: async () => {} };
const world = layOutFleet(parseFleet(detectionFleet(2, 2), 'the fleet'), clock.now());
const [first, second] = world.nodes;
const keyOf = ({ cluster, name }: typeof first & {}) => `${cluster.id}/${name}`;
const operations = keepOperations(() => 'https://azure', clock);

function begin(watch: ReturnType<typeof watchRuns>, node: typeof first & {}) {
  const operation = operations.begin(node);
  const reply = operations.accepted(operation, '2025-04-01');
  const { cluster, pool, instanceId } = node;
  // Azure compares names without regard to letter case.
  const group = `/subscriptions/${cluster.subscriptionId}/resourceGroups/${cluster.nodeResourceGroup.toUpperCase()}`;
  const path = `${group}/providers/Microsoft.Compute/virtualMachineScaleSets/${pool.scaleSet}/virtualMachines/${instanceId}/runCommand`;
  watch.see({ method: 'POST', url: new URL(path, 'https://azure') }, reply);
  const poll = new URL(reply.headers!['azure-asyncoperation']!);
  return { operation, poll: () => watch.see({ method: 'GET', url: poll }, operations.poll(operation.id, poll)) };
}

test('a run is known by its node, its begin, its end and when its result was read', () => {
  const watch = watchRuns(world, () => time);
  const [one, other] = [begin(watch, first!), begin(watch, second!)];
  time = 2000;
  one.poll();
  operations.end(one.operation, { succeeded: true, value: [] });
  time = 3000;
  one.poll();
  one.poll();
  other.poll();
  expect(watch.of(new Set(world.nodes.map(keyOf)))).toEqual([{ node: keyOf(first!), began: 1000, ended: 2000, read: 3000 }]);
  expect(watch.of(new Set([keyOf(second!)]))).toEqual([]);
});
