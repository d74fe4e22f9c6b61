import { describe, expect, it } from 'vitest';
import { addUptimes, type Uptime } from '../../src/history/uptime.ts';
import { viewUptime } from '../../src/views/uptime.ts';

const sumOf = (downSeconds: number) => ({ outages: 1, downSeconds, detectSeconds: 30, recoverSeconds: 60, recovered: 1 });
const uptime: Uptime = {
  ...addUptimes([]),
  '24h': { watched: 100, down: 25, maintained: 40 },
  byReason: { NoRoute: sumOf(5), DnsTimeout: sumOf(9), Nonsense: sumOf(99) },
};

describe('the view of uptime', () => {
  it('is a share of the watched time, and null where nothing was watched', () => {
    expect(viewUptime(uptime)).toMatchObject({ '24h': 0.75, '7d': null, watchedSeconds: { '24h': 100, '7d': 0 } });
    expect(viewUptime(uptime).maintenanceSeconds).toEqual({ '24h': 40, '7d': 0, '30d': 0 });
  });

  it('lists outages by reason, the one with most time lost first, and no code that the catalogue does not hold', () => {
    expect(viewUptime(uptime).byReason.map(({ reason, downSeconds }) => [reason, downSeconds])).toEqual([
      ['DnsTimeout', 9],
      ['NoRoute', 5],
    ]);
    expect(viewUptime(uptime).byReason[0]).toMatchObject({ outages: 1, meanDetectSeconds: 30, meanRecoverSeconds: 60 });
  });
});
