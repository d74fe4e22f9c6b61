import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rankReasons } from '../../src/model/rank-reasons.ts';
import { type ReasonCode, reasons } from '../../src/model/reasons.ts';

const at = (minute: number) => new Date(Date.UTC(2026, 10, 21, 9, minute)).toISOString();
const ranked = (...seen: (ReasonCode | [ReasonCode, number])[]) =>
  rankReasons(seen.map((each) => (typeof each === 'string' ? { reason: each } : { reason: each[0], at: at(each[1]) }))).map(
    ({ reason, nodes }) => `${nodes} ${reason}`,
  );

describe('reasons', () => {
  it('are ranked by how many nodes have them', () => {
    expect(ranked('DnsTimeout', 'ServerError', 'DnsTimeout')).toEqual(['2 DnsTimeout', '1 ServerError']);
  });

  it('of equally many are ranked by how far their probes got, from the last stage to the first', () => {
    const byStage: ReasonCode[] = [
      ...(['ServerError', 'Unauthorized', 'TlsFailed', 'ConnectionRefused', 'NameNotFound', 'NoEgress', 'KubeconfigBroken'] as const),
      ...(['AgentNotReady', 'AzureError', 'Lost'] as const),
    ];
    const wanted = byStage.map((reason) => `1 ${reason}`);
    expect(ranked(...byStage)).toEqual(wanted);
    expect(ranked(...byStage.toReversed())).toEqual(wanted);
  });

  it('of one stage are ranked by which was seen last, and by name only where they were seen at once', () => {
    expect(ranked(['ConnectionRefused', 1], ['NoRoute', 2])).toEqual(['1 NoRoute', '1 ConnectionRefused']);
    expect(ranked(['NoRoute', 1], ['ConnectionRefused', 2])).toEqual(['1 ConnectionRefused', '1 NoRoute']);
    expect(ranked(['NoRoute', 1], ['NoRoute', 9], ['ConnectionRefused', 2], ['ConnectionRefused', 3])[0]).toBe('2 NoRoute');
    expect(ranked('NoRoute', 'ConnectionRefused')).toEqual(['1 ConnectionRefused', '1 NoRoute']);
  });

  it('that tell nothing come after those of equally many that do', () => {
    expect(ranked('Undiagnosed', 'NameNotFound')).toEqual(['1 NameNotFound', '1 Undiagnosed']);
  });

  it('are ranked alike in whatever order they come, and every node counts once', () => {
    const seen = fc.record({
      reason: fc.constantFrom(...(Object.keys(reasons) as ReasonCode[])),
      at: fc.integer({ min: 0, max: 9 }).map(at),
      nodes: fc.integer({ min: 1, max: 3 }),
    });
    const shuffled = fc
      .array(seen, { maxLength: 12 })
      .chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length, maxLength: all.length })));
    fc.assert(
      fc.property(shuffled, ([all, mixed]) => {
        const result = rankReasons(all);
        expect(rankReasons(mixed)).toEqual(result);
        expect(result.reduce((sum, { nodes }) => sum + nodes, 0)).toBe(all.reduce((sum, { nodes }) => sum + nodes, 0));
        expect(new Set(result.map(({ reason }) => reason)).size).toBe(result.length);
      }),
    );
  });
});
