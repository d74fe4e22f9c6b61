import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { coveredBy, foldIncidents, type Incident, type IncidentFacts, membersOf, type Unsighted } from '../../src/history/incidents.ts';
import type { ClusterCondition, SharedFactor } from '../../src/history/shared-factor.ts';

const MINUTE = 60_000;
const START = Date.parse('2026-11-30T03:00:00Z');
const timeOf = (minutes: number) => new Date(START + minutes * MINUTE).toISOString();
const sweepOf = (n: number) => timeOf(n * 5).replace('.000Z', 'Z');

const hub = '/subscriptions/s/resourcegroups/net/providers/microsoft.network/azurefirewalls/hub-fw';
type Shares = Partial<Record<SharedFactor, readonly string[]>>;

/** A cluster in trouble since some minutes after the start, or well. */
const cluster = (name: string, since: number | undefined, shares: Shares = {}, blind = false): ClusterCondition => ({
  cluster: name,
  since: since === undefined ? undefined : timeOf(since),
  blind,
  reason: since === undefined ? undefined : blind ? 'RunCommandTimedOut' : 'ConnectionTimedOut',
  nodes: since === undefined ? 0 : 3,
  planned: 3,
  shares: { region: ['westeurope'], subscription: ['s'], ...shares },
});
const facts = (clusters: ClusterCondition[], n = 1, more: Partial<IncidentFacts> = {}): IncidentFacts => ({
  sweep: sweepOf(n),
  now: new Date(START + n * 5 * MINUTE),
  clusters,
  least: 3,
  togetherMs: 10 * MINUTE,
  isComplete: true,
  ...more,
});
const many = (count: number, make: (n: number) => ClusterCondition) => Array.from({ length: count }, (_, n) => make(n));
const fold = (stored: readonly Incident[], clusters: ClusterCondition[], n = 1, more: Partial<IncidentFacts> = {}) =>
  foldIncidents(stored, facts(clusters, n, more));

const behindHub = (n: number, since = 0) => cluster(`hub-${n}`, since, { finding: [hub], network: ['spoke'] });
const wellBehindHub = (n: number) => cluster(`hub-${n}`, undefined, { network: ['spoke'] });
const elsewhere = many(40, (n) => cluster(`other-${n}`, undefined, { network: ['far'], region: ['northeurope'] }));

describe('clusters that fail together', () => {
  it('are one incident that names what they share and the healthy ones do not', () => {
    const [incident, ...more] = fold([], [...many(12, (n) => behindHub(n)), ...many(2, (n) => wellBehindHub(20 + n)), ...elsewhere]);
    expect(more).toEqual([]);
    expect(incident).toMatchObject({
      kind: 'outage',
      factor: 'finding',
      value: hub,
      since: timeOf(0),
      reason: 'ConnectionTimedOut',
      most: 12,
    });
    expect(incident!.counts).toEqual({ affected: 12, inside: 12, elsewhereAffected: 0, elsewhere: 42 });
    expect(incident!.open).toHaveLength(12);
  });

  it('are none below the number that makes an incident', () => {
    expect(fold([], [...many(2, (n) => behindHub(n)), ...elsewhere])).toEqual([]);
    expect(fold([], [...many(3, (n) => behindHub(n)), ...elsewhere])).toHaveLength(1);
  });

  it('are none where most of those who share it are well', () => {
    const inNetwork = (n: number, since?: number) =>
      cluster(`c${n}`, since, {
        network: ['shared'],
        region: [`r${n}`],
        subscription: [`s${n}`],
        reason: since === undefined ? [] : [`R${n}`],
      });
    expect(fold([], [...many(3, (n) => inNetwork(n, 0)), ...many(10, (n) => inNetwork(n + 3))])).toEqual([]);
  });

  it('are none where they share nothing, began at other times, or are only a few of a large fleet', () => {
    const own = (n: number, since: number) =>
      cluster(`c${n}`, since, { network: [`v${n}`], region: [`r${n}`], subscription: [`s${n}`], reason: [`R${n}`] });
    expect(fold([], [...many(3, (n) => own(n, 0)), ...elsewhere])).toEqual([]);
    const apart = (n: number) => cluster(`c${n}`, n * 30, { reason: ['ConnectionTimedOut'] });
    expect(fold([], [...many(3, apart), ...elsewhere])).toEqual([]);
  });

  it('whose cause was found to be one resource belong together whenever they began', () => {
    expect(fold([], [...many(3, (n) => behindHub(n, n * 30)), ...elsewhere])).toMatchObject([
      { factor: 'finding', open: ['hub-0', 'hub-1', 'hub-2'] },
    ]);
  });

  it('are the fleet where most of it fails', () => {
    const own = (n: number, since?: number) => cluster(`c${n}`, since, { network: [`v${n}`], region: [`r${n}`], subscription: [`s${n}`] });
    expect(fold([], [...many(4, (n) => own(n, 0)), own(9)])).toMatchObject([{ factor: 'fleet', value: '*', wide: true, most: 4 }]);
  });

  it('are explained by the most exact thing that four fifths of them share', () => {
    const [incident] = fold([], [...many(8, (n) => behindHub(n)), ...many(2, (n) => cluster(`late-${n}`, 1)), ...elsewhere]);
    expect(incident).toMatchObject({ factor: 'finding', members: expect.arrayContaining(['hub-0']) });
    const [wider] = fold([], [...many(5, (n) => behindHub(n)), ...many(5, (n) => cluster(`late-${n}`, 1)), ...elsewhere]);
    expect(wider).toMatchObject({ factor: 'region', value: 'westeurope', most: 10 });
  });

  it('of two causes are two incidents', () => {
    const other = (n: number) =>
      cluster(`dns-${n}`, 1, { dnsServers: ['10.9.0.4'], region: ['eastus'], network: ['dns'], subscription: ['t'] });
    const found = fold([], [...many(4, (n) => behindHub(n)), ...many(4, other), ...elsewhere]);
    expect(found.map(({ factor }) => factor).sort()).toEqual(['dnsServers', 'finding']);
  });
});

describe('an incident that is open', () => {
  const begun = fold([], [...many(4, (n) => behindHub(n)), ...elsewhere]);

  it('takes a late cluster that shares what brings all down, and counts it', () => {
    const [after, ...more] = fold(begun, [...many(4, (n) => behindHub(n)), behindHub(9, 55), ...elsewhere], 12);
    expect(more).toEqual([]);
    expect(after).toMatchObject({ subject: begun[0]!.subject, most: 5, members: expect.arrayContaining(['hub-9']) });
  });

  it('of a region takes one that begins soon after the others, and not one of hours later', () => {
    const inRegion = (n: number, since: number) => cluster(`c${n}`, since, { network: [`v${n}`], subscription: [`s${n}`] });
    const regional = fold([], [...many(3, (n) => inRegion(n, 0)), ...elsewhere]);
    expect(regional).toMatchObject([{ factor: 'region' }]);
    const [soon] = fold(regional, [...many(3, (n) => inRegion(n, 0)), inRegion(7, 8), ...elsewhere], 2);
    expect(soon!.open).toContain('c7');
    const [hours] = fold(regional, [...many(3, (n) => inRegion(n, 0)), inRegion(7, 200), ...elsewhere], 40);
    expect(hours!.open).not.toContain('c7');
  });

  it('ends when fewer than half of its members are in trouble in two sweeps, as of the first of them', () => {
    const healed = [behindHub(0), ...many(3, (n) => wellBehindHub(n + 1)), ...elsewhere];
    const [below] = fold(begun, healed, 2);
    expect(below).toMatchObject({ below: { sweep: sweepOf(2) }, open: ['hub-0'] });
    expect(below!.until).toBeUndefined();
    const [over] = fold([below!], healed, 3);
    expect(over).toMatchObject({ until: timeOf(10) });
    // The one that is left is notified itself.
    expect(coveredBy([over!]).size).toBe(0);
  });

  it('does not end by what is seen between two sweeps, nor in the same sweep twice', () => {
    const healed = [...many(4, wellBehindHub), ...elsewhere];
    const [between] = fold(begun, healed, 2, { isComplete: false });
    expect(between!.below).toBeUndefined();
    const [below] = fold(begun, healed, 2);
    expect(fold([below!], healed, 2)[0]!.until).toBeUndefined();
    expect(fold([below!], healed, 3, { isComplete: false })[0]!.until).toBeUndefined();
  });

  it('goes on where half of its members are in trouble again', () => {
    const half = (n: number) => (n < 2 ? behindHub(n) : wellBehindHub(n));
    const [below] = fold(begun, [...many(4, wellBehindHub), ...elsewhere], 2);
    const [after] = fold([below!], [...many(4, half), ...elsewhere], 3);
    expect([after!.until, after!.below]).toEqual([undefined, undefined]);
  });

  it('goes on while those that are left are enough for an incident: what heals slowly pages once', () => {
    const large = fold([], [...many(10, (n) => behindHub(n)), ...elsewhere]);
    const part = (left: number) => [...many(left, (n) => behindHub(n)), ...many(10 - left, (n) => wellBehindHub(n + left)), ...elsewhere];
    let open = large;
    for (const [n, left] of [8, 4, 4, 3, 3].entries()) open = fold(open, part(left), n + 2);
    expect(open.map(({ subject, until }) => [subject, until])).toEqual([[large[0]!.subject, undefined]]);
    for (const n of [8, 9]) open = fold(open, part(2), n);
    expect(open.map(({ until }) => until !== undefined)).toEqual([true]);
    // The two that are left are notified themselves.
    expect(coveredBy(open).size).toBe(0);
    expect(membersOf(open).size).toBe(10);
  });

  it('has an id of its own, whatever it has in common with one that is over', () => {
    const [first] = fold([], [...many(3, (n) => behindHub(n)), ...elsewhere], 1);
    const [again] = fold([], [...many(3, (n) => behindHub(n)), ...elsewhere], 9);
    expect(again!.subject).not.toBe(first!.subject);
  });

  it('does not take back a member that has recovered and fails of something else', () => {
    const healed = fold(begun, [...many(3, (n) => behindHub(n)), wellBehindHub(3), ...elsewhere], 2);
    const other = cluster('hub-3', 400, { finding: ['/another/resource'], network: ['own'] });
    const [after] = fold(healed, [...many(3, (n) => behindHub(n)), other, ...elsewhere], 80);
    expect(after!.open).toEqual(['hub-0', 'hub-1', 'hub-2']);
    expect(coveredBy([after!]).has('hub-3')).toBe(false);
  });

  it('does not count members that nobody watches any more', () => {
    const gone = [...many(2, (n) => behindHub(n)), ...elsewhere];
    expect(fold(begun, gone, 2)[0]!.below).toBeUndefined();
  });

  it('is explained more exactly once a search has found the cause, under the same id', () => {
    const regional = fold([], [...many(4, (n) => cluster(`hub-${n}`, 0, { network: [`v${n}`] })), ...elsewhere]);
    expect(regional).toMatchObject([{ factor: 'region' }]);
    expect(fold(regional, [...many(4, (n) => behindHub(n)), ...elsewhere], 1)).toMatchObject([
      { subject: regional[0]!.subject, factor: 'finding', value: hub },
    ]);
  });
});

describe('a fleet that nobody sees', () => {
  const unsighted: Unsighted = { reason: 'AccessDenied', since: sweepOf(1), nodes: 12, planned: 12, clusters: ['a', 'b'] };
  const unseen = [cluster('a', undefined), cluster('b', undefined)];

  it('is an incident with the reason, however few clusters it has, until it is seen again', () => {
    const [begun] = fold([], unseen, 2, { unsighted });
    expect(begun).toMatchObject({ kind: 'unseen', reason: 'AccessDenied', open: ['a', 'b'], nodes: 12, since: sweepOf(1) });
    const [after] = fold([begun!], unseen, 3, { unsighted });
    expect([after!.subject, after!.until]).toEqual([begun!.subject, undefined]);
    expect(fold([begun!], unseen, 3)).toMatchObject([{ subject: begun!.subject, until: timeOf(15), open: [] }]);
  });

  it('stays as it is between two sweeps', () => {
    const begun = fold([], unseen, 2, { unsighted });
    expect(fold(begun, unseen, 2, { isComplete: false })).toEqual(begun);
  });

  it('covers its blind clusters, but not those that another incident has', () => {
    const blind = many(3, (n) => cluster(`b${n}`, 0, {}, true));
    const all = { ...unsighted, reason: 'RunCommandTimedOut' as const, clusters: blind.map((each) => each.cluster) };
    const found = fold([], blind, 1, { unsighted: all });
    expect(found).toMatchObject([{ kind: 'unseen', blind: 3 }]);
    const before = fold([], [...blind, ...elsewhere], 1);
    const after = fold(before, blind, 2, { unsighted: all });
    expect(after.map(({ kind, open }) => [kind, open.length])).toEqual([
      ['outage', 3],
      ['unseen', 0],
    ]);
  });

  it('is one of no cluster at all where there is nothing to watch', () => {
    const nothing: Unsighted = { reason: 'NothingToWatch', since: sweepOf(1), nodes: 0, planned: 0, clusters: [] };
    expect(fold([], [], 2, { unsighted: nothing })).toMatchObject([{ kind: 'unseen', reason: 'NothingToWatch', open: [] }]);
  });
});

describe('whatever happens', () => {
  const condition = fc
    .record({
      n: fc.nat(15),
      since: fc.option(fc.nat(40), { nil: undefined }),
      region: fc.constantFrom('we', 'ne'),
      network: fc.constantFrom('v1', 'v2', 'v3'),
      finding: fc.option(fc.constantFrom('fw1', 'fw2'), { nil: undefined }),
      blind: fc.boolean(),
    })
    .map(({ n, since, region, network, finding, blind }) =>
      cluster(
        `c${n}`,
        since,
        { region: [region], network: [network], ...(since !== undefined && finding && { finding: [finding] }) },
        blind && since !== undefined,
      ),
    );
  const fleet = fc.uniqueArray(condition, { selector: (each) => each.cluster, maxLength: 16 });
  const history = fc.array(fc.record({ clusters: fleet, isComplete: fc.boolean(), isUnseen: fc.boolean() }), {
    minLength: 1,
    maxLength: 6,
  });
  type Moment = { clusters: ClusterCondition[]; isComplete: boolean; isUnseen: boolean };

  const sight = ({ clusters, isComplete, isUnseen }: Moment, n: number): Partial<IncidentFacts> => ({
    isComplete,
    ...(isComplete &&
      isUnseen && {
        unsighted: { reason: 'NoProof', since: sweepOf(n), nodes: 1, planned: 1, clusters: clusters.map((each) => each.cluster) },
      }),
  });
  const run = (moments: Moment[], order: (clusters: ClusterCondition[]) => ClusterCondition[] = (all) => all) => {
    const states: Incident[][] = [];
    let open: Incident[] = [];
    for (const [n, moment] of moments.entries()) {
      const all = fold(open, order(moment.clusters), n + 1, sight(moment, n + 1));
      states.push(all);
      open = all.filter(({ until }) => until === undefined);
    }
    return states;
  };

  it('a cluster is in at most one open incident', () => {
    fc.assert(
      fc.property(history, (moments) => {
        for (const all of run(moments)) {
          const open = all.filter(({ until }) => until === undefined).flatMap((each) => each.open);
          expect(new Set(open).size).toBe(open.length);
        }
      }),
    );
  });

  it('the order of the clusters and of the incidents does not matter', () => {
    fc.assert(
      fc.property(history, fc.nat(), (moments, seed) => {
        const shuffled = (all: ClusterCondition[]) =>
          [...all].sort((a, b) => ((a.cluster.charCodeAt(1) * 31 + seed) % 7) - ((b.cluster.charCodeAt(1) * 31 + seed) % 7));
        const bySubject = (states: Incident[][]) => states.map((all) => [...all].sort((a, b) => (a.subject < b.subject ? -1 : 1)));
        expect(bySubject(run(moments, shuffled))).toEqual(bySubject(run(moments)));
        const last = moments.at(-1)!;
        const open = run(moments)
          .at(-1)!
          .filter(({ until }) => until === undefined);
        const [one, other] = [open, [...open].reverse()].map((stored) => fold(stored, last.clusters, 9));
        expect(bySubject([other!])).toEqual(bySubject([one!]));
      }),
    );
  });

  it('nothing is lost: a cluster in trouble is covered by an open incident that has it, or by none and is notified itself', () => {
    fc.assert(
      fc.property(history, (moments) => {
        for (const [n, all] of run(moments).entries()) {
          const covered = coveredBy(all);
          const ended = all.filter(({ until }) => until !== undefined).flatMap(({ open }) => open);
          const troubled = moments[n]!.clusters.filter(({ since }) => since !== undefined).map((each) => each.cluster);
          // One that is open has only clusters that are in trouble, unless nobody sees the fleet.
          for (const { kind, open, until } of all)
            if (kind === 'outage' && until === undefined) for (const each of open) expect(troubled).toContain(each);
          // What an incident that is over leaves behind is free, or in another.
          for (const each of ended) expect(covered.get(each)?.until).toBeUndefined();
        }
      }),
    );
  });

  it('no two incidents have the same id, those that are over included', () => {
    fc.assert(
      fc.property(history, (moments) => {
        const seen = new Map<string, Incident>();
        for (const all of run(moments)) {
          expect(new Set(all.map(({ subject }) => subject)).size).toBe(all.length);
          for (const each of all) {
            expect(seen.get(each.subject)?.until).toBeUndefined();
            seen.set(each.subject, each);
          }
        }
      }),
    );
  });

  it('an incident that is open has half of its members in trouble or enough for an incident, or had in the sweep before', () => {
    fc.assert(
      fc.property(history, (moments) => {
        const complete = moments.map((moment) => ({ ...moment, isComplete: true }));
        for (const all of run(complete))
          for (const { kind, open, members, until, below } of all)
            if (kind === 'outage' && until === undefined && open.length === 0 && members.length > 0) expect(below).toBeDefined();
      }),
    );
  });

  it('judging the same once more changes nothing', () => {
    fc.assert(
      fc.property(history, (moments) => {
        const last = moments.at(-1)!;
        const open = run(moments)
          .at(-1)!
          .filter(({ until }) => until === undefined);
        const once = fold(open, last.clusters, moments.length, sight(last, moments.length));
        const again = fold(
          once.filter(({ until }) => until === undefined),
          last.clusters,
          moments.length,
          sight(last, moments.length),
        );
        expect(again).toEqual(once.filter(({ until }) => until === undefined));
      }),
    );
  });
});
