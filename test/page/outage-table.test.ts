import { describe, expect, it } from 'vitest';
import { nothingDelivered, type Outage } from '../../src/history/outage.ts';
import { outageTable } from '../../src/page/outage-table.ts';
import { viewOutage } from '../../src/views/outages.ts';

const start = '2026-11-21T09:35:02.000Z';
const links = {
  fleet: '/',
  cluster: () => '/cluster',
  node: () => '/node',
  incident: () => '',
  portal: (id: string) => `https://portal${id}`,
};
const outage: Outage = {
  cluster: '0b5a5e1c-6f0d-4c6e-9d1a-3f2b7c8d9e01.rg.shop',
  start,
  reason: 'DnsTimeout',
  message: '5 of 8 nodes cannot reach their API server',
  episode: 1,
  episodes: [{ start }],
  openedAt: start,
  startLogs: [],
  endLogs: [],
  ...nothingDelivered,
  nodes: [],
  counts: { failing: 5, conclusive: 8, planned: 8, most: 5 },
};
const several: Outage['reasons'] = [
  { reason: 'DnsTimeout', nodes: 3 },
  { reason: 'NoRoute', nodes: 2 },
];
const shown = (reasons: Outage['reasons']) => outageTable([viewOutage({ ...outage, reasons })], links).text.replaceAll(/<[^>]*>/g, '|');

describe('an outage of a cluster', () => {
  it('shows each reason with how many nodes have it, where there are several', () => {
    expect(viewOutage({ ...outage, reasons: several }).reasons).toEqual(several);
    expect(shown(several)).toContain('|3 DnsTimeout|');
    expect(shown(several)).toContain('|2 NoRoute|');
  });

  it('says its only reason once', () => {
    expect(shown([{ reason: 'DnsTimeout', nodes: 5 }])).not.toContain('5 DnsTimeout');
  });
});
