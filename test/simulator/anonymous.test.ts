import { afterAll, beforeAll, expect, test } from 'vitest';
import { compute, smallFleet } from './small-fleet.ts';
import { type Conversation, converse } from './speak-to-simulator.ts';

const worlds: Conversation[] = [];
beforeAll(async () => {
  for (const anonymous of [true, false]) worlds.push(await converse(smallFleet(1, { anonymous })));
});
afterAll(() => Promise.all(worlds.map((world) => world.end())));

/** What an API server answers for some paths, asked from a node without credentials. */
async function answers(world: Conversation): Promise<string[] | undefined> {
  // Only in a world of its own does a node know the name of its API server.
  if (world.simulator.unavailableFaults.size > 0) return undefined;
  const { body } = await world.ask<{ fqdn: string; nodes: { name: string }[] }[]>('GET', '/control/fleet');
  const { fqdn, nodes } = body[0]!;
  const paths = ['/version', '/readyz', `/api/v1/nodes/${nodes[0]!.name}`];
  const { body: listed } = await world.arm('GET', `${compute}/virtualMachineScaleSets`);
  const instance = `${compute}/virtualMachineScaleSets/${listed.value[0]!.name}/virtualMachines/0`;
  const said = await world.run(
    instance,
    paths.map((path) => `curl -sk -o /dev/null -w '%{http_code}\\n' https://${fqdn}${path}`),
  );
  return said.match(/^\d{3}$/gm) ?? [];
}

test('without credentials everybody sees the version and the health of an API server, and nothing else', async ({ skip }) => {
  expect((await answers(worlds[0]!)) ?? skip('needs namespaces')).toEqual(['200', '200', '401']);
});

test('an API server that lets nobody in anonymously answers 401 to all of it', async ({ skip }) => {
  expect((await answers(worlds[1]!)) ?? skip('needs namespaces')).toEqual(['401', '401', '401']);
});
