import { expect, it, vi } from 'vitest';
import { countAttempts } from '../../src/cli/attempts.ts';
import { checkNode } from '../../src/cli/check-node.ts';
import { parseTarget } from '../../src/model/resource-id.ts';
import { readNodes } from '../../src/tables/node-rows.ts';
import { fleetOf, idOf, open, sweep } from './field-world.ts';
import { healthyAnswer } from './sweep-world.ts';

vi.setConfig({ testTimeout: 120_000 });

it.each(['on', 'off'] as const)('nodes are given PROBE_SERVED=%s as it is set, by sweeps and by the command line', async (PROBE_SERVED) => {
  const given: string[] = [];
  const answer: typeof healthyAnswer = (node, script) => {
    given.push(/^PROBE_SERVED=(.*)$/m.exec(script)?.[1] ?? 'nothing');
    return healthyAnswer(node, script);
  };
  const world = await open(fleetOf({ shop: 1 }), { answer }, { PROBE_SERVED });
  await sweep(world);
  expect(given).toEqual([PROBE_SERVED]);
  const { arm, settings, tables } = world.services();
  const [node] = (await readNodes(tables, idOf('shop'))).values();
  const { verdict } = await checkNode(
    arm,
    settings,
    parseTarget(node!.facts.resourceId)!,
    () => {},
    () => {},
    countAttempts(),
  );
  expect([verdict.verdict, given]).toEqual(['reachable', [PROBE_SERVED, PROBE_SERVED]]);
});
