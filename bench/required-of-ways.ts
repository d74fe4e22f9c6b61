import type { WayFigures } from './compare.ts';
import { monthlyCost } from './cost.ts';
import type { Requirement } from './required.ts';

/** A waiting worker, a tool in turn, a tool ten at a time, and the app. */
export type Ways = readonly [waiting: WayFigures, inTurn: WayFigures, tenWays: WayFigures, app: WayFigures];

const MOST_OF_WAITING_TIME = 1 / 200;
const MOST_OF_TOOL_REQUESTS = 1 / 5;
const MOST_OF_WAITING_COST = 1 / 50;
const MOST_DOLLARS = 10;
const MOST_STORAGE = 0.3;

/** Figures that are better when they are smaller. The first four count things or CPU time, and so hold on a busy machine too. Pure. */
export function ratiosOf([waiting, inTurn, tenWays, app]: Ways): Record<string, number> {
  return {
    cpu: app.cpuMs / waiting.cpuMs,
    executions: app.executions / waiting.executions,
    armRequests: app.armRequests / Math.min(inTurn.armRequests, tenWays.armRequests),
    storage: app.queueOperations + app.tableTransactions,
    executionTime: app.wallSeconds / waiting.wallSeconds,
    costAlone: monthlyCost(app, 'alone').total / monthlyCost(waiting, 'alone').total,
  };
}

/** Checks the figures of the ways against what is required of the app. Pure. */
export function judgeWays(ways: Ways): Requirement[] {
  const { executionTime, armRequests, costAlone, storage } = ratiosOf(ways) as Record<string, number>;
  const atMost = (figure: string, value: number, limit: number, what: string): Requirement => ({
    figure,
    required: `≤ ${Number(limit.toPrecision(3))}`,
    holds: value <= limit,
    sentence: `expected ${what} to be at most ${Number(limit.toPrecision(3))}, got ${Number(value.toPrecision(3))}`,
  });
  return [
    atMost('executionTime', executionTime!, MOST_OF_WAITING_TIME, 'execution time per probe to that of a waiting worker'),
    atMost('armRequests', armRequests!, MOST_OF_TOOL_REQUESTS, 'ARM requests per probe to those of a tool in a loop'),
    atMost('costAlone', costAlone!, MOST_OF_WAITING_COST, 'the cost to that of a waiting worker, with nothing shared'),
    atMost('dollars', monthlyCost(ways[3], 'alone').total, MOST_DOLLARS, 'US dollars a month for 1,000 nodes with nothing shared'),
    atMost('storage', storage!, MOST_STORAGE, 'storage transactions per probe'),
  ];
}

/** Ratios that are worse than those kept by more than a fifth, each as a sentence. Pure. */
export function worsened(now: Readonly<Record<string, number>>, kept: Readonly<Record<string, number>>): string[] {
  return Object.entries(now).flatMap(([name, value]) => {
    const before = kept[name];
    return before === undefined || value <= before * 1.2
      ? []
      : [`expected ${name} to be at most 20 % above ${Number(before.toPrecision(3))}, got ${Number(value.toPrecision(3))}`];
  });
}

const COLUMNS: readonly [title: string, value: (each: WayFigures) => number, digits: number][] = [
  ['probes', ({ probes }) => probes, 0],
  ['ARM requests', ({ armRequests }) => armRequests, 2],
  ['executions', ({ executions }) => executions, 3],
  ['seconds of execution', ({ wallSeconds }) => wallSeconds, 3],
  ['CPU, ms', ({ cpuMs }) => cpuMs, 1],
  ['GB-s alone', ({ gbSecondsAlone }) => gbSecondsAlone, 3],
  ['GB-s shared', ({ gbSecondsShared }) => gbSecondsShared, 3],
  ['queue operations', ({ queueOperations }) => queueOperations, 3],
  ['table transactions', ({ tableTransactions }) => tableTransactions, 3],
  ['bytes of telemetry', ({ ingestedBytes }) => ingestedBytes, 0],
  ['memory, MB', ({ megabytes }) => megabytes, 0],
  ['USD a month, alone', (each) => monthlyCost(each, 'alone').total, 2],
  ['USD a month, shared', (each) => monthlyCost(each, 'shared').total, 2],
];

/** Lays the ways out as a table: a line for each figure, for each probe where it is not of the whole. Pure. */
export function layOutWays(ways: Ways, requirements: readonly Requirement[]): string {
  const rows = [
    ['per probe', ...ways.map(({ way }) => way)],
    ...COLUMNS.map(([title, value, digits]) => [title, ...ways.map((each) => value(each).toFixed(digits))]),
  ];
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const lines = rows.map((row) =>
    row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!))).join('  '),
  );
  const judged = requirements.map(({ figure, required, holds, sentence }) => `${holds ? 'ok' : 'NO'}  ${figure} ${required}: ${sentence}`);
  return [...lines, '', ...judged].join('\n');
}
