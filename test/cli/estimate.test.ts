import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { estimateCost, type Volume } from '../../src/cli/estimate.ts';

const volume: Volume = { clusters: 4, nodes: 1000, executions: 110, seconds: 300, intervalSeconds: 300, retentionDays: 30 };
const total = (each: Volume) => estimateCost(each).reduce((sum, { usd }) => sum + usd, 0);

describe('the bill of a month', () => {
  it('shows what it is made of', () => {
    expect(estimateCost(volume)).toMatchInlineSnapshot(`
      [
        {
          "amount": 1303560,
          "unit": "GB-s",
          "usd": 31.29,
          "what": "Functions, memory",
        },
        {
          "amount": 965520,
          "unit": "executions",
          "usd": 0.29,
          "what": "Functions, executions",
        },
        {
          "amount": 2851200,
          "unit": "operations",
          "usd": 1.14,
          "what": "Queue operations",
        },
        {
          "amount": 3196800,
          "unit": "transactions",
          "usd": 0.12,
          "what": "Table transactions",
        },
        {
          "amount": 5.18,
          "unit": "GB",
          "usd": 0.23,
          "what": "Table storage",
        },
        {
          "amount": 0.1,
          "unit": "GB",
          "usd": 0,
          "what": "Log Analytics",
        },
        {
          "amount": 30,
          "unit": "time series",
          "usd": 20.05,
          "what": "Alert rules",
        },
        {
          "amount": 14400,
          "unit": "tests",
          "usd": 8.74,
          "what": "Availability test",
        },
      ]
    `);
  });

  it('never falls as the fleet grows or the sweeps come closer', () => {
    const sizes = fc.record({
      clusters: fc.nat(500),
      nodes: fc.nat(100_000),
      executions: fc.nat(20_000),
      seconds: fc.nat(50_000),
      retentionDays: fc.integer({ min: 1, max: 365 }),
    });
    fc.assert(
      fc.property(sizes, sizes, fc.constantFrom(60, 300, 600, 3600), (a, b, intervalSeconds) => {
        const more = {
          clusters: a.clusters + b.clusters,
          nodes: a.nodes + b.nodes,
          executions: a.executions + b.executions,
          seconds: a.seconds + b.seconds,
          retentionDays: Math.max(a.retentionDays, b.retentionDays),
        };
        expect(total({ ...more, intervalSeconds })).toBeGreaterThanOrEqual(total({ ...a, intervalSeconds }) - 0.01);
        expect(total({ ...a, intervalSeconds: intervalSeconds / 2 })).toBeGreaterThanOrEqual(total({ ...a, intervalSeconds }) - 0.01);
      }),
    );
  });
});
