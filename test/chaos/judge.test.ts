import { describe, expect, it } from 'vitest';
import type { Notice, SeenSweep } from './chronicle.ts';
import { ADA, at, BOB, honestChronicle, sweepAt } from './honest-chronicle.ts';
import { judge } from './judge.ts';

type Story = ReturnType<typeof honestChronicle>;

const noticeOf = (name: string, properties: Record<string, string>, minute: number): Notice => ({
  ...{ sink: 'webhook', id: `${name} ${minute}`, name, time: at(minute) },
  properties: { start: at(minute), episode: '1', summary: 'false', ...properties },
});
const drop = <T>(all: T[], which: (each: T) => boolean) => {
  all.splice(0, all.length, ...all.filter((each) => !which(each)));
};
/** Changes a sweep. */
const inSweep = (story: Story, minute: number, change: (sweep: SeenSweep) => Partial<SeenSweep>) => {
  const index = story.sweeps.findIndex(({ id }) => id === sweepAt(minute));
  story.sweeps[index] = { ...story.sweeps[index]!, ...change(story.sweeps[index]!) };
};
const withOutcome = (story: Story, minute: number, cluster: string, node: string, outcome: string | undefined) =>
  inSweep(story, minute, ({ outcomes }) => ({
    outcomes: {
      ...outcomes,
      [cluster]: outcomes[cluster]!.flatMap(([name, before]) =>
        name !== node ? [[name, before] as const] : outcome === undefined ? [] : [[name, outcome] as const],
      ),
    },
  }));
const outageOf = (story: Story, id: string) => story.outages.find((each) => each.id === id)!;

/** What a prober could do wrong, how it would show, and what the checker must say of it. */
const lies: [lie: string, plant: (story: Story) => unknown, found: RegExp][] = [
  [
    'an outage of a healthy node',
    (s) => s.outages.push({ ...outageOf(s, 'one'), subject: { cluster: BOB, node: 'b1' } }),
    /a false outage/,
  ],
  ['an outage before the node failed', (s) => (outageOf(s, 'one').start = at(2)), /a false outage/],
  [
    'an outage of a cluster that has one failing node',
    (s) => s.outages.push({ ...outageOf(s, 'one'), subject: { cluster: BOB } }),
    /a false outage/,
  ],
  ['an outage that ends while the node is cut off', (s) => (outageOf(s, 'one').end = at(18)), /ended too early/],
  ['an outage that never ends', (s) => (outageOf(s, 'two').end = null), /left open/],
  ['a cause that is none', (s) => (outageOf(s, 'two').findings = [{ code: 'RouteDrops', kind: 'cause' }]), /a false cause, RouteDrops/],
  [
    'a notification of a healthy node',
    (s) =>
      s.notices.push(
        noticeOf('NodeOutageStarted', { cluster: BOB, node: 'b2' }, 11),
        noticeOf('NodeOutageEnded', { cluster: BOB, node: 'b2' }, 11),
      ),
    /a false notification/,
  ],
  [
    'a notification about the wrong cluster',
    (s) => {
      const index = s.notices.findIndex(({ name }) => name === 'ClusterOutageStarted');
      s.notices[index] = { ...s.notices[index]!, properties: { ...s.notices[index]!.properties, cluster: BOB } };
    },
    /a false notification/,
  ],
  [
    'a sink that is not notified of a node',
    (s) => drop(s.notices, ({ sink, properties }) => sink === 'webhook' && properties.node === 'b0'),
    /webhook: no notification of .*b0/,
  ],
  [
    'a sink that is not notified of a cluster',
    (s) => drop(s.notices, ({ sink, properties }) => sink === 'ingestion' && properties.cluster === ADA),
    /ingestion: no notification of .*ada/,
  ],
  [
    'a sink that is not notified of the end',
    (s) => drop(s.notices, ({ sink, name }) => sink === 'webhook' && name === 'NodeOutageEnded'),
    /without NodeOutageEnded/,
  ],
  [
    'an end without a beginning',
    (s) => drop(s.notices, ({ sink, name }) => sink === 'webhook' && name === 'ClusterOutageStarted'),
    /without ClusterOutageStarted/,
  ],
  [
    'an outage that is notified under two ids',
    (s) => s.notices.push({ ...s.notices.find(({ name }) => name === 'NodeOutageStarted')!, id: 'another' }),
    /under two ids|2 notifications/,
  ],
  [
    'an outage that is notified as two',
    (s) =>
      s.notices.push(
        noticeOf('NodeOutageStarted', { cluster: BOB, node: 'b0' }, 20),
        noticeOf('NodeOutageEnded', { cluster: BOB, node: 'b0' }, 20),
      ),
    /2 notifications of .*b0/,
  ],
  [
    'blindness in calm',
    (s) => s.notices.push(noticeOf('ClusterBlind', { cluster: BOB }, 46), noticeOf('ClusterSighted', { cluster: BOB }, 46)),
    /blindness in calm/,
  ],
  [
    'an incident in calm',
    (s) => s.notices.push(noticeOf('IncidentStarted', { incident: 'x' }, 46), noticeOf('IncidentEnded', { incident: 'x' }, 46)),
    /an incident in calm/,
  ],
  [
    'a degradation that is none',
    (s) => s.notices.push(noticeOf('ClusterDegraded', { cluster: BOB }, 12), noticeOf('ClusterRestored', { cluster: BOB }, 12)),
    /a false notification: ClusterDegraded/,
  ],
  [
    'an incident that is left open',
    (s) => s.incidents.push({ id: 'x', kind: 'unseen', start: at(12), end: null, clusters: [] }),
    /left open/,
  ],
  ['a cluster that stays blind', (s) => s.blind.push(BOB), /is blind in the end/],
  ['a sweep that was never completed', (s) => inSweep(s, 20, () => ({ completedAt: null })), /never completed/],
  ['a sweep that was not held in calm', (s) => drop(s.sweeps, ({ id }) => id === sweepAt(45)), /calm: the sweep .* is missing/],
  [
    'a ledger that does not add up',
    (s) => inSweep(s, 20, ({ ledger }) => ({ ledger: { ...ledger!, reachable: ledger!.reachable + 1 } })),
    /does not add up/,
  ],
  [
    'a coverage that is too good',
    (s) =>
      inSweep(s, 20, ({ ledger }) => ({ ledger: { ...ledger!, known: 8, unknown: 1, byReason: { ...ledger!.byReason, NoProof: 1 } } })),
    /its coverage is 1, by its ledger/,
  ],
  ['a node without an outcome', (s) => withOutcome(s, 20, BOB, 'b2', undefined), /b2 is forgotten/],
  [
    'a node that is counted twice',
    (s) =>
      inSweep(s, 20, ({ ledger, outcomes }) => ({
        outcomes: { ...outcomes, [BOB]: [...outcomes[BOB]!, ['b2', 'reachable/Reachable']] },
        ledger: { ...ledger!, known: 8, reachable: 3, byReason: { ...ledger!.byReason, Reachable: 3 } },
      })),
    /7 nodes have an outcome, and 8 are counted/,
  ],
  [
    'a failing node that is called reachable',
    (s) => withOutcome(s, 20, BOB, 'b0', 'reachable/Reachable'),
    /b0 is reachable.*no run of it said so/,
  ],
  [
    'a healthy node that is called unreachable',
    (s) => withOutcome(s, 20, BOB, 'b1', 'unreachable/NoRoute'),
    /b1 is unreachable.*no run of it said so/,
  ],
  [
    'a verdict on a node that was never asked',
    (s) => drop(s.record.runs, ({ node, beganAt }) => node === 'b1' && beganAt === at(20.1)),
    /b1 is reachable.*no run of it said so/,
  ],
  [
    'a running node that is called stopped',
    (s) => withOutcome(s, 20, BOB, 'b1', 'notProbed/Deallocated'),
    /b1 is notProbed\/Deallocated, and it was not/,
  ],
  [
    'a calm sweep that does not see all',
    (s) =>
      inSweep(s, 45, ({ ledger }) => ({
        coverage: 6 / 7,
        ledger: { ...ledger!, reachable: 6, unknown: 1, byReason: { Reachable: 6, NoProof: 1 } },
      })),
    /calm: the sweep .* sees 6 of 7/,
  ],
  [
    'two runs at once on a node',
    (s) => s.record.runs.push({ cluster: BOB, node: 'b1', beganAt: at(50.2), endedAt: at(50.7) }),
    /two runs at once/,
  ],
  ['a run that was asked for beside another', (s) => s.record.clashes.push({ at: at(20), cluster: BOB, node: 'b1' }), /beside another/],
  ['a check that never ends', (s) => s.checks.push({ id: 'another', status: 'running' }), /the check another is running in the end/],
  ['poison in calm', (s) => s.poisoned.push({ at: at(45), text: '{"kind":"start-slice"}' }), /poison in calm/],
  ['poison of which nothing is kept', (s) => drop(s.poisonRows, () => true), /nothing is kept/],
];

describe('the checker of campaigns', () => {
  it('finds nothing wrong where all is as it should be', () => {
    expect(judge(honestChronicle())).toEqual([]);
  });

  it.each(lies)('finds %s', (_, plant, found) => {
    const story = honestChronicle();
    plant(story);
    expect(judge(story).join('\n')).toMatch(found);
  });

  it('takes an event that a sink was sent twice for one', () => {
    const story = honestChronicle();
    story.notices.push({ ...story.notices[0]! });
    expect(judge(story)).toEqual([]);
  });
});
