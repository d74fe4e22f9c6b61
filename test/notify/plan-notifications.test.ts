import { describe, expect, it } from 'vitest';
import { markDelivered, type What } from '../../src/history/next-notification.ts';
import { nothingDelivered, type Outage } from '../../src/history/outage.ts';
import { type DueOutage, planNotifications, toPending } from '../../src/notify/plan-notifications.ts';
import type { Summary } from '../../src/tables/outbox-rows.ts';

const start = '2026-11-21T09:35:00.000Z';
const subject = { cluster: 'shop', commonFactors: [] };

/** Outages of so many nodes, with what is due to which sinks. */
function dueOf(count: number, bySink: Record<string, What[]>, mark: (outage: Outage) => Outage = (outage) => outage): DueOutage[] {
  const rest = {
    reason: 'DnsTimeout',
    message: '',
    episode: 1,
    episodes: [{ start }],
    openedAt: start,
    startLogs: [],
    endLogs: [],
  } as const;
  return Array.from({ length: count }, (_, n) => ({
    outage: mark({ cluster: 'shop', node: `node-${n}`, start, ...rest, ...nothingDelivered }),
    bySink: new Map(Object.entries(bySink)),
    endsAgain: new Map<string, number>(),
    covers: false,
    finished: false,
  }));
}
const plan = (due: readonly DueOutage[], outbox: readonly Summary[] = [], sinks = ['mail', 'page']) =>
  planNotifications(subject, due, outbox, sinks);
const sizes = (from: ReturnType<typeof plan>) =>
  [...from.bySink].map(([sink, { summaries, single }]) => [sink, summaries.map(({ members }) => members.length), single.length]);

describe('planNotifications', () => {
  const many = dueOf(21, { mail: ['started'], page: ['started'] });
  const [summary] = plan(many).toFreeze as [Summary];

  it('sends up to 20 one by one, and more as one summary, which is frozen once for all sinks that get it', () => {
    expect(sizes(plan(dueOf(20, { mail: ['started'], page: ['started'] })))).toEqual([
      ['mail', [], 20],
      ['page', [], 20],
    ]);
    expect(sizes(plan(many))).toEqual([
      ['mail', [21], 0],
      ['page', [21], 0],
    ]);
    expect(plan(many).toFreeze).toHaveLength(1);
    expect(summary.sinks).toEqual(['mail', 'page']);
  });

  it('sends the end of an earlier episode once more under its own id, before what is new', () => {
    const end = '2026-11-21T09:40:00.000Z';
    const [due] = dueOf(1, { mail: ['started'] }, (outage) => ({
      ...outage,
      episode: 2,
      episodes: [{ start, end }, { start: '2026-11-21T09:45:00.000Z' }],
    }));
    const own = plan([{ ...due!, endsAgain: new Map([['mail', 1]]) }], [], ['mail']).bySink.get('mail')!;
    const pending = toPending(own, 'shop', undefined, new Date(start));
    expect(pending.map(({ event }) => [event.name, event.properties.episode, event.properties.end])).toEqual([
      ['NodeOutageEnded', '1', end],
      ['NodeOutageStarted', '2', ''],
    ]);
    expect(pending[0]!.event.properties.eventId).toMatch(/\/ended\/1$/);
    expect(pending[0]!.marks).toMatchObject([{ what: 'ended', episode: 1 }]);
  });

  it('makes one summary of starts and one of ends', () => {
    const both = plan(dueOf(11, { mail: ['started', 'ended'] }));
    expect(both.toFreeze.map(({ what, members }) => [what, members.length])).toEqual([
      ['started', 11],
      ['ended', 11],
    ]);
  });

  it('sends a summary again as it was frozen, to those that are to have it and have not accepted it', () => {
    const marked = dueOf(21, { page: ['started'] }, (outage) => markDelivered(outage, 'mail', 'started', 1));
    const again = plan(marked, [summary]);
    expect([sizes(again), again.toFreeze, again.done]).toEqual([
      [
        ['mail', [], 0],
        ['page', [21], 0],
      ],
      [],
      [],
    ]);
    expect(again.bySink.get('page')!.summaries[0]).toBe(summary);
  });

  it('is done with a summary that all accepted, whose sinks are gone, or whose members are', () => {
    const accepted = (outage: Outage) => ['mail', 'page'].reduce((each, sink) => markDelivered(each, sink, 'started', 1), outage);
    expect(plan(dueOf(21, {}, accepted), [summary]).done).toEqual([summary]);
    expect(plan(dueOf(21, {}), [summary], ['post']).done).toEqual([summary]);
    expect(plan([], [summary]).done).toEqual([summary]);
  });

  it('freezes for a further sink what is frozen already, with its members', () => {
    const own = { ...summary, sinks: ['mail'], members: summary.members.map((each) => ({ ...each, end: start })) };
    const extended = plan(many, [own]);
    expect(extended.toFreeze).toEqual([{ ...own, sinks: ['mail', 'page'] }]);
    expect(extended.bySink.get('page')!.summaries).toEqual(extended.toFreeze);
    expect(extended.done).toEqual([]);
  });

  it('leaves the outage of a cluster out of summaries', () => {
    const ofCluster = { ...many[0]!, outage: { ...many[0]!.outage, node: undefined } };
    expect(sizes(plan([ofCluster, ...dueOf(20, { mail: ['started'] })], [], ['mail']))).toEqual([['mail', [], 21]]);
    expect(sizes(plan([ofCluster, ...many], [], ['mail']))).toEqual([['mail', [21], 1]]);
  });
});

describe('toPending', () => {
  it('writes one event for each, and says whose acceptance it notes', () => {
    const { bySink } = plan([...dueOf(21, { mail: ['started'] })], [], ['mail']);
    const [pending, ...others] = toPending(bySink.get('mail')!, 'shop', undefined, new Date(start));
    expect(others).toEqual([]);
    expect(pending).toMatchObject({ event: { name: 'NodeOutageStarted', properties: { summary: 'true' } } });
    expect(pending?.marks.map(({ outage, what, episode }) => `${outage.node} ${what} ${episode}`)).toContain('node-20 started 1');
  });
});
