import { expect, it, vi } from 'vitest';
import { counted, events, fleetOf, open } from './field-world.ts';
import { healthyAnswer } from './sweep-world.ts';

vi.setConfig({ testTimeout: 120_000 });

it('a node for which another machine answers has no verdict, and that is said aloud once an hour', async () => {
  const foreign = '00000000-1111-4222-8333-444444444444';
  const world = await open(fleetOf({ shop: 3 }), {
    answer: (node, script) =>
      node.instanceId === '1' ? healthyAnswer(node, script).replace(/(?=ms=)/, `machine=${foreign}\n`) : healthyAnswer(node, script),
  });
  // The clock may pass a full hour between the two.
  const hours = new Set([await world.sweep(), await world.sweep()].map((line) => line.sweep.slice(0, 13)));
  expect(await counted(world, 'shop')).toEqual({ 'reachable/Reachable': 2, 'unknown/WrongMachine': 1 });
  const errors = await events(world, /^ProberError$/);
  expect(errors.map(({ properties }) => properties.evidence)).toEqual(
    Array.from(hours, () => expect.stringMatching(`^machine ${foreign} answered, while Azure lists [0-9a-f-]{36} for the node$`)),
  );
});
