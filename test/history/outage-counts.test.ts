import fc from 'fast-check';
import { expect, it } from 'vitest';
import { countOutages, type OutageCounts } from '../../src/history/outage-counts.ts';

const outage = (node: string | undefined, start = '2026-11-21T09:35:00.000Z') => ({ cluster: 'shop', node, start });

it('an outage counts when it is first seen, and not again when it is archived', () => {
  const both = countOutages(undefined, [outage('a'), outage('b')], []);
  expect(both.node).toEqual({ begun: 2, archived: 0 });
  const archived = countOutages(both, [outage('a'), outage('b')], [outage('a')]);
  expect(archived.node).toEqual({ begun: 2, archived: 1 });
  expect(countOutages(archived, [outage('b'), outage('c')], []).node).toEqual({ begun: 3, archived: 1 });
});

it('one that is named twice counts once, and those of the cluster count apart', () => {
  const { node, cluster } = countOutages(undefined, [outage(undefined), outage('a'), outage(undefined)], []);
  expect([node.begun, cluster.begun]).toEqual([1, 1]);
});

it('never falls, whatever late results take away, and counts every outage that stays', () => {
  const step = fc.record({ begins: fc.nat(3), archives: fc.nat(3), vanishes: fc.boolean() });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
      let counts: OutageCounts | undefined;
      let active: ReturnType<typeof outage>[] = [];
      let [nth, vanished] = [0, 0];
      for (const { begins, archives, vanishes } of steps) {
        active.push(...Array.from({ length: begins }, () => outage(`node${nth++}`)));
        if (vanishes && active.length > 0) {
          active.pop();
          vanished += 1;
        }
        const archived = active.slice(0, archives);
        const next = countOutages(counts, active, archived);
        expect(next.node.begun).toBeGreaterThanOrEqual(counts?.node.begun ?? 0);
        expect(next.node.begun).toBeGreaterThanOrEqual(nth - vanished);
        expect(next.node.begun).toBeLessThanOrEqual(nth);
        counts = next;
        active = active.slice(archived.length);
      }
    }),
  );
});
