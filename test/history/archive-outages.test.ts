import { describe, expect, it } from 'vitest';
import { archiveOutages } from '../../src/history/archive-outages.ts';
import { markDelivered, type NotificationContext } from '../../src/history/next-notification.ts';
import { nothingDelivered, type Outage } from '../../src/history/outage.ts';

const at = (minute: number) => new Date(Date.UTC(2026, 10, 21, 9, minute));
const iso = (minute: number) => at(minute).toISOString();
const context: NotificationContext = { finalizedSweep: '', flapWindowMs: 900_000, lateMs: 600_000, now: at(60) };

function outageOf(node: string | undefined, end?: number, ...delivered: string[]): Outage {
  const outage: Outage = {
    cluster: 'shop',
    node,
    start: iso(0),
    end: end === undefined ? undefined : iso(end),
    reason: 'DnsTimeout',
    message: '',
    episode: 1,
    episodes: [{ start: iso(0), end: end === undefined ? undefined : iso(end) }],
    openedAt: iso(0),
    startLogs: [],
    endLogs: [],
    ...nothingDelivered,
  };
  return delivered.reduce((each, sink) => markDelivered(markDelivered(each, sink, 'started', 1), sink, 'ended', 1), outage);
}
const archive = (sinks: string[], ...outages: Outage[]) =>
  archiveOutages(
    outages.map((outage) => ({ outage, etag: outage.node })),
    sinks,
    context,
    {},
    at(60),
  );

describe('archiveOutages', () => {
  it('takes those that are over and delivered to every sink', () => {
    const outages = [outageOf('a', 10, 'mail', 'page'), outageOf('b', 10, 'mail'), outageOf('c', 10), outageOf('d')];
    expect(archive(['mail', 'page'], ...outages).archived).toMatchObject([{ etag: 'a' }]);
    expect(archive(['mail'], ...outages).archived).toMatchObject([{ etag: 'a' }, { etag: 'b' }]);
  });

  it('leaves one that may still return', () => {
    expect(archive(['mail'], outageOf('a', 36, 'mail')).archived).toEqual([]);
    expect(archive(['mail'], outageOf('a', 35, 'mail')).archived).toHaveLength(1);
  });

  it('counts those of nodes for good, and shows the ones that still go on besides', () => {
    const { outageDays, byReason } = archive(['mail'], outageOf('a', 10, 'mail'), outageOf('b'), outageOf(undefined, 10, 'mail'));
    const again = archiveOutages([], ['mail'], context, outageDays, at(60));
    expect(again.byReason).toEqual(archive(['mail'], outageOf('a', 10, 'mail')).byReason);
    expect(byReason).not.toEqual(again.byReason);
  });

  it('takes no more than one batch holds beside the row of the cluster and its outage', () => {
    const many = Array.from({ length: 120 }, (_, n) => outageOf(`node-${n}`, 10, 'mail'));
    expect(archive(['mail'], ...many).archived).toHaveLength(98);
  });
});
