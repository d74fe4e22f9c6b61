import { describe, expect, it } from 'vitest';
import type { WayFigures } from '../../bench/compare.ts';
import { monthlyCost } from '../../bench/cost.ts';
import { secondsAlone, secondsShared } from '../../bench/executions.ts';
import { judgeWays, layOutWays, ratiosOf, type Ways, worsened } from '../../bench/required-of-ways.ts';

const way = (more: Partial<WayFigures>): WayFigures => ({
  way: 'a way',
  probes: 100,
  armRequests: 15,
  executions: 1,
  wallSeconds: 27,
  cpuMs: 20,
  gbSecondsAlone: 13.5,
  gbSecondsShared: 0.6,
  queueOperations: 2,
  tableTransactions: 1,
  ingestedBytes: 0,
  megabytes: 100,
  secondsByKind: {},
  storageByKind: {},
  ...more,
});
const app = way({
  way: 'this app',
  armRequests: 3,
  executions: 0.06,
  wallSeconds: 0.1,
  gbSecondsAlone: 0.04,
  queueOperations: 0.1,
  tableTransactions: 0.19,
});
const ways: Ways = [way({}), way({}), way({ armRequests: 16 }), app];

const execution = (from: number, to: number) => ({ kind: 'work', from, to, cpuMs: 0 });

describe('what is billed of executions', () => {
  it('is at least a second each, and then tenths of a second that have begun', () => {
    expect(secondsAlone([execution(0, 200), execution(0, 1000), execution(0, 1001)])).toBeCloseTo(3.1);
    expect(secondsAlone([])).toBe(0);
  });

  it('is counted once where they share an instance', () => {
    expect(secondsShared([execution(500, 2500), execution(0, 2000), execution(5000, 5100)])).toBeCloseTo(3.5);
    expect(secondsShared([])).toBe(0);
  });
});

describe('the bill of a month', () => {
  it('is that of 8.64 million probes at list prices', () => {
    const cost = monthlyCost(way({ ingestedBytes: 100 }), 'alone');
    expect(cost.memory).toBeCloseTo(8.64e6 * 13.5 * 0.000026);
    expect(cost.executions).toBeCloseTo(3.456);
    expect(cost.storage).toBeCloseTo(8.64e6 * (2 * 4e-7 + 3.6e-8));
    expect(cost.ingestion).toBeCloseTo(0.864 * 2.3);
    expect(cost.total).toBeCloseTo(cost.memory + cost.executions + cost.storage + cost.ingestion);
    expect(monthlyCost(way({}), 'shared').memory).toBeCloseTo(8.64e6 * 0.6 * 0.000026);
  });
});

describe('the requirements of the comparison', () => {
  it('hold for an app that is as cheap as it should be', () => {
    expect(judgeWays(ways).filter(({ holds }) => !holds)).toEqual([]);
  });

  it.each([
    ['executionTime', { wallSeconds: 0.2 }],
    ['armRequests', { armRequests: 3.1 }],
    ['costAlone', { gbSecondsAlone: 0.3 }],
    ['dollars', { gbSecondsAlone: 0.05 }],
    ['storage', { tableTransactions: 0.21 }],
  ])('miss %s where that is too much', (figure, more) => {
    const missed = judgeWays([ways[0], ways[1], ways[2], { ...app, ...more }]).filter(({ holds }) => !holds);
    expect(missed.map((each) => each.figure)).toContain(figure);
    expect(missed[0]!.sentence).toMatch(/^expected .+ to be at most .+, got /);
  });

  it('are laid out with every figure of every way', () => {
    const table = layOutWays(ways, judgeWays(ways));
    expect(table).toContain('USD a month, alone');
    expect(table.split('\n')[0]).toMatch(/^per probe +a way +a way +a way +this app$/);
  });
});

describe('a ratio that is kept', () => {
  it('is missed where it is a fifth worse, and only then', () => {
    const kept = ratiosOf(ways);
    expect(worsened(kept, kept)).toEqual([]);
    expect(worsened({ storage: 0.36 }, { storage: 0.3 })).toEqual([]);
    expect(worsened({ storage: 0.37 }, { storage: 0.3 })).toEqual(['expected storage to be at most 20 % above 0.3, got 0.37']);
    expect(worsened({ storage: 0.37 }, {})).toEqual([]);
  });
});
