import { describe, expect, it } from 'vitest';
import { reasons } from '../../src/model/reasons.ts';
import { ALL_RULES, type AlertRule, evaluateRule, firing, minutesOf, readRules, subjectOf } from './alert-rules.ts';
import type { Row } from './kql-expressions.ts';
import { stretch, toTables } from './log-rows.ts';
import { type Recording, readRecording } from './recording.ts';
import { at, clusterRow, heartbeatRow, idOf, incidentRow, pageOf, tablesOf, targetOf, words } from './state-rows.ts';

const rules = readRules(ALL_RULES);
const named = (name: string, of: readonly AlertRule[] = rules) => of.find((rule) => rule.name === name)!;
const load = (name: Recording['name']) => {
  const recording = readRecording(name);
  return { recording, tables: toTables(recording) };
};
const runs = {
  healthy: load('healthy'),
  faulty: load('faulty'),
  blind: load('blind'),
  unwatched: load('unwatched'),
  frozen: load('frozen'),
};
const MINUTE = 60_000;
// The runs are of the app, which logs neither what is done to its storage nor what Azure's Activity Log holds.
const ofApp = rules.filter(({ name }) => name !== 'package-changes' && name !== 'unknown-runs');

/** What an alert finds when a part of a run was over. */
function inRun(rule: string, run: keyof typeof runs, mark: string) {
  const { recording, tables } = runs[run];
  return firing(named(rule), tables, stretch(recording, recording.marks[mark]!));
}

/** Whether an alert fires at any minute of a run, from its first completed sweep on. */
function firesAtAll(rule: string, run: keyof typeof runs): boolean {
  const { recording, tables } = runs[run];
  const sweeps = recording.rows.filter(({ baseData }) => baseData.name === 'SweepCompleted');
  const [from, to] = [stretch(recording, sweeps[0]!.time).getTime(), stretch(recording, sweeps.at(-1)!.time).getTime()];
  for (let now = from; now <= to; now += MINUTE) if (firing(named(rule), tables, new Date(now)).length > 0) return true;
  return false;
}

/** What a rule finds in some rows at a minute. */
const found = (rule: string, minute: number, ...rows: Row[]) => evaluateRule(named(rule), tablesOf(...rows), at(minute));
const clustersOf = (alerts: ReturnType<typeof found>) => alerts.map(({ dimensions }) => dimensions.cluster).sort();

it('there is a rule for each thing that people should know of, with the severity that they are woken by', () => {
  expect(rules.map(({ name, severity }) => `${name} ${severity}`)).toEqual([
    'incident-fleet 0',
    'incident 1',
    'cluster-outage 1',
    'node-outages 2',
    'cluster-blind 2',
    'cluster-degraded 2',
    'nodes-unseen 3',
    'coverage 3',
    'prober-silent 1',
    'throttling 3',
    'poison-messages 3',
    'prober-errors 3',
    'package-changes 2',
    'unknown-runs 2',
  ]);
});

it('changes of the package, and runs by strangers, are looked for only where they are logged', () => {
  expect(readRules().map(({ name }) => name)).not.toContain('package-changes');
  expect(readRules().map(({ name }) => name)).not.toContain('unknown-runs');
});

describe('within the limits of Azure', () => {
  const all = ['cluster', 'subscription', 'none'].flatMap((splitBy) => readRules({ ...ALL_RULES, splitBy }));

  it('a rule has six dimensions at most, with its target', () => {
    for (const { name, dimensions, resourceIdColumn } of all)
      expect([name, dimensions.length + (resourceIdColumn === null ? 0 : 1) <= 6]).toEqual([name, true]);
  });

  it('a rule that is evaluated every minute looks back six hours, in one table, without what Azure cannot make of it', () => {
    const everyMinute = all.filter(({ timing }) => timing.frequency === 'PT1M');
    expect(new Set(everyMinute.map(({ name }) => name))).toEqual(new Set(['incident-fleet', 'incident', 'cluster-outage']));
    for (const { query, timing } of everyMinute) {
      expect(minutesOf(timing.window)).toBe(360);
      const code = query.replaceAll(/\/\/.*/g, '');
      expect(code.match(/\bApp\w+/g)).toEqual(['AppAvailabilityResults']);
      expect(code).not.toMatch(/\b(search|union|take|limit|join|lookup|let|toscalar|ingestion_time|adx)\b/);
    }
  });

  it('windows and frequencies are those that Azure takes', () => {
    for (const { timing } of all) {
      expect(['PT1M', 'PT5M', 'PT15M']).toContain(timing.frequency);
      expect([5, 10, 15, 30, 45, 60, 120, 180, 240, 300, 360, 1440, 2880]).toContain(minutesOf(timing.window));
    }
  });

  it('a rule is smaller than 64 KB', () => {
    for (const rule of all) expect([rule.name, JSON.stringify(rule).length < 32_000]).toEqual([rule.name, true]);
  });

  it('dimensions are in the order of the alphabet, as a payload may list them in either', () => {
    for (const { name, dimensions } of all) expect([name, dimensions]).toEqual([name, dimensions.toSorted()]);
  });
});

it.each(ofApp)('$name is silent in a healthy run', ({ name }) => {
  expect(firesAtAll(name, 'healthy')).toBe(false);
});

const OUTAGE = { clusterOutage: 'true', seen: 'true' };
const down = 'shop-prod: 9 of 9 nodes down since 03:02 UTC, NSG denies';

/** Each rule of clusters, with the state that it fires of. */
const OF_CLUSTERS: [rule: string, state: Record<string, string>][] = [
  ['cluster-outage', OUTAGE],
  ['node-outages', { openNodeOutages: '2' }],
  ['cluster-blind', { blind: 'true', seen: 'false' }],
  ['cluster-degraded', { degraded: 'true' }],
  ['nodes-unseen', { unseenNodes: '2' }],
];

describe.each(OF_CLUSTERS)('%s', (rule, state) => {
  const told = (settled = true) => ({ [rule]: words(down, settled) });
  const shop = (sweep: number, minute: number, also: Record<string, string> = {}) =>
    clusterRow('shop-prod', sweep, minute, { ...state, ...also }, told());

  it('says what it is, of which cluster, why, what changed, and where its page is', () => {
    expect(found(rule, 6, shop(0, 1), clusterRow('calm', 0, 1))).toEqual([
      {
        target: targetOf('shop-prod'),
        dimensions: { alert: down, changed: '-', cluster: idOf('shop-prod'), page: pageOf('shop-prod'), why: 'No answer came in time.' },
        value: 1,
      },
    ]);
  });

  it('is told in a mail that begins with whether it is news or over, and with the cluster', () => {
    const [only] = found(rule, 6, shop(0, 1));
    expect(subjectOf(named(rule), only!, 'Fired')).toBe(`Fired: ${down}`);
    expect(subjectOf(named(rule), only!, 'Resolved')).toBe(`Resolved: ${down}`);
  });

  it('waits until its words have settled, since words that change would be another alert', () => {
    expect(found(rule, 2, clusterRow('shop-prod', 0, 1, state, told(false)))).toEqual([]);
    expect(found(rule, 2, clusterRow('shop-prod', 0, 1, state, {}))).toEqual([]);
  });

  it('leaves a cluster to the incident that covers it, and one in maintenance alone', () => {
    expect(found(rule, 6, shop(0, 1, { incident: 'nsg-hub|2026' }))).toEqual([]);
    expect(found(rule, 6, shop(0, 1, { maintenance: 'true' }))).toEqual([]);
  });

  it('is over with the first result that says so', () => {
    expect(found(rule, 6, shop(0, 1), clusterRow('shop-prod', 0, 3))).toEqual([]);
  });

  it('stands while no results come any more, for as long as its window', () => {
    const { window } = named(rule).timing;
    expect(found(rule, minutesOf(window) - 1, shop(0, 1))).toHaveLength(1);
    expect(found(rule, minutesOf(window) + 2, shop(0, 1))).toEqual([]);
  });

  it('stands while two sweeps do not know the cluster, as while results are still arriving, and not after three', () => {
    const others = [5, 10, 15].map((sweep) => clusterRow('calm', sweep, sweep + 1));
    expect(found(rule, 17, shop(0, 1), ...others.slice(0, 2))).toHaveLength(1);
    expect(found(rule, 17, shop(0, 1), ...others)).toEqual([]);
  });

  it('has no dimension that is empty, whatever nobody said', () => {
    const bare = clusterRow('shop-prod', 0, 1, { ...state, page: '' }, { [rule]: { subject: down, settled: true } });
    const [only] = found(rule, 6, bare);
    expect(Object.values(only!.dimensions).filter((value) => value === '')).toEqual([]);
  });
});

describe('of two conditions of a cluster', () => {
  const all = Object.fromEntries(OF_CLUSTERS.map(([rule]) => [rule, words(rule)]));
  const fires = (state: Record<string, string>) =>
    OF_CLUSTERS.map(([rule]) => rule).filter((rule) => found(rule, 6, clusterRow('shop-prod', 0, 1, state, all)).length > 0);

  it('an outage of the cluster is the one that is told of', () => {
    expect(fires({ ...OUTAGE, openNodeOutages: '9', degraded: 'true' })).toEqual(['cluster-outage']);
  });

  it('outages of nodes stay while their cluster is blind, and what else nobody can see does not', () => {
    expect(fires({ blind: 'true', openNodeOutages: '2', degraded: 'true', unseenNodes: '5' })).toEqual(['node-outages', 'cluster-blind']);
  });

  it('those that say different things are both told', () => {
    expect(fires({ openNodeOutages: '2', degraded: 'true', unseenNodes: '5' })).toEqual([
      'node-outages',
      'cluster-degraded',
      'nodes-unseen',
    ]);
  });
});

it('outages of nodes that are tolerated are no alert, and one more is', () => {
  const tolerant = named('node-outages', readRules({ toleratedNodeOutages: 2 }));
  const fires = (openNodeOutages: string) =>
    evaluateRule(tolerant, tablesOf(clusterRow('shop', 0, 1, { openNodeOutages }, { 'node-outages': words('two') })), at(6)).length;
  expect([fires('2'), fires('3')]).toEqual([0, 1]);
});

describe('where clusters are not told one by one', () => {
  const rows = ['first', 'second', 'third'].map((name, since) =>
    clusterRow(name, 0, 1, OUTAGE, { 'cluster-outage': { ...words(`${name} is down`), since: at(since).toISOString() } }),
  );
  const told = (splitBy: string) => {
    const rule = named('cluster-outage', readRules({ splitBy }));
    const alerts = evaluateRule(rule, tablesOf(...rows, clusterRow('calm', 0, 1)), at(2));
    return alerts.map((each) => subjectOf(rule, each, 'Fired'));
  };

  it('there is one alert for each subscription, with their number', () => {
    expect(told('subscription')).toEqual(['Fired: 3 clusters of subscription aaaaaaaa-0000-4000-8000-000000000008: down']);
  });

  it('there is one alert for the fleet, with their number', () => {
    expect(told('none')).toEqual(['Fired: 3 clusters: down']);
  });

  it('nothing is no alert', () => {
    for (const splitBy of ['subscription', 'none'])
      for (const rule of readRules({ splitBy }).filter(
        ({ resourceIdColumn, name }) => resourceIdColumn === null && name !== 'prober-silent',
      ))
        expect([rule.name, evaluateRule(rule, tablesOf(clusterRow('calm', 0, 1)), at(2))]).toEqual([rule.name, []]);
  });
});

describe('an incident', () => {
  const hub = (minute: number, state: Record<string, string> = {}) => incidentRow('hub-fw|2026-10-01', minute, state);

  it('is one alert, with words of its own and its page', () => {
    expect(found('incident', 1, hub(0))).toEqual([
      {
        target: null,
        dimensions: {
          alert: '12 clusters down behind hub-fw since 03:00 UTC',
          changed: '-',
          incident: 'hub-fw|2026-10-01',
          page: '-',
          runbook: '-',
          why: 'No answer came in time.',
        },
        value: 1,
      },
    ]);
  });

  it('wakes louder where most of the fleet is down, and never twice', () => {
    const both = (severity: string) => [
      found('incident-fleet', 1, hub(0, { severity })).length,
      found('incident', 1, hub(0, { severity })).length,
    ];
    expect(both('0')).toEqual([1, 0]);
    expect(both('1')).toEqual([0, 1]);
  });

  it('is told of while nobody sees the fleet, too', () => {
    expect(found('incident', 1, hub(0, { kind: 'unseen', subject: 'Nobody sees the fleet: AccessDenied' }))).toHaveLength(1);
  });

  it('waits until its words have settled, stands while the prober is silent, and ends with the result that says so', () => {
    expect(found('incident', 1, hub(0, { settled: 'false' }))).toEqual([]);
    expect(found('incident', 300, hub(0))).toHaveLength(1);
    expect(found('incident', 30, hub(0), hub(20, { open: 'false' }))).toEqual([]);
  });

  it('is no cluster, and changes the state of none', () => {
    const shop = clusterRow('shop', 0, 1, OUTAGE, { 'cluster-outage': words(down) });
    expect(clustersOf(found('cluster-outage', 30, shop, ...[5, 10, 15, 20].map((minute) => hub(minute))))).toEqual([idOf('shop')]);
  });
});

describe('coverage', () => {
  const told = { coverage: words('shop: 17 of 20 nodes have a verdict, OverBudget') };
  const shop = (sweep: number, coverage: string, state: Record<string, string> = {}) =>
    clusterRow('shop', sweep, sweep + 1, { coverage, coverageReason: 'OverBudget', ...state }, told);
  const gaps = (...sweeps: number[]) =>
    sweeps.map((sweep) => heartbeatRow(sweep, sweep + 1, { gaps: 'cccccccc-0000-4000-8000-000000000008' }));

  it('is too low where it was so in each of two sweeps or more, and the alert says why', () => {
    expect(found('coverage', 15, shop(5, '0.8500'), shop(10, '0.8000'))).toMatchObject([
      { target: targetOf('shop'), dimensions: { alert: 'shop: 17 of 20 nodes have a verdict, OverBudget', cluster: idOf('shop') } },
    ]);
    expect(found('coverage', 15, shop(5, '0.9500'), shop(10, '0.8000'))).toEqual([]);
  });

  it('says nothing from one sweep alone, as where the others are late', () => {
    expect(found('coverage', 15, shop(10, '0.8000'))).toEqual([]);
  });

  it('is not asked of a cluster that is blind, in maintenance, covered by an incident, or not listed', () => {
    const others: Record<string, string>[] = [{ blind: 'true' }, { maintenance: 'true' }, { incident: 'hub-fw' }, { coverage: '' }];
    for (const state of others) expect(found('coverage', 15, shop(5, '0.8000', state), shop(10, '0.8000', state))).toEqual([]);
  });

  it('reports a subscription that cannot be read in two sweeps, and not for one that a person started', () => {
    expect(found('coverage', 15, ...gaps(5, 10))).toMatchObject([
      {
        target: '/subscriptions/cccccccc-0000-4000-8000-000000000008',
        dimensions: {
          alert: 'Subscription cccccccc-0000-4000-8000-000000000008 cannot be read',
          cluster: 'subscription cccccccc-0000-4000-8000-000000000008',
        },
      },
    ]);
    expect(found('coverage', 15, ...gaps(10))).toEqual([]);
    const [first, second] = gaps(5, 10) as [Row, Row];
    const byPerson = { ...second, Properties: { ...(second.Properties as object), starter: 'person' } };
    expect(found('coverage', 15, first, byPerson)).toEqual([]);
  });

  it('leaves that to the incident while nobody sees the fleet', () => {
    const unseen = (row: Row): Row => ({ ...row, Properties: { ...(row.Properties as object), blind: 'true' } });
    // The first such sweep is not known as one yet.
    const [first, ...others] = gaps(5, 10, 14) as [Row, ...Row[]];
    expect(found('coverage', 15, first, ...others.map(unseen))).toEqual([]);
    expect(found('coverage', 15, first, ...others)).toHaveLength(1);
  });
});

describe('of a run of the app', () => {
  it('throttling by Azure and a pace without room are told apart', () => {
    const alerts = inRun('throttling', 'faulty', 'faults');
    expect(alerts.map(({ reason }) => reason)).toEqual(['Throttled', 'OverBudget']);
    expect(alerts[0]!.runbook).toBe(reasons.Throttled.links[0]);
  });

  it('a poison message is reported, and is no error of another kind', () => {
    expect(inRun('poison-messages', 'faulty', 'faults')).toHaveLength(1);
    expect(inRun('prober-errors', 'faulty', 'faults')).toHaveLength(0);
  });

  it('a blind prober is an incident, and no error beside it', () => {
    const states = runs.blind.recording.rows.filter(({ baseData }) => baseData.properties.kind === 'unseen' && baseData.properties.open);
    expect(states.map(({ baseData }) => baseData.properties.open)).toContain('true');
    expect(inRun('prober-errors', 'blind', 'blind')).toEqual([]);
    expect(inRun('poison-messages', 'blind', 'blind')).toEqual([]);
  });

  it('every success has a node behind it that was seen', () => {
    const successes = Object.values(runs).flatMap((run) =>
      run.recording.rows.filter(({ baseData }) => baseData.success === true && baseData.properties.cluster !== undefined),
    );
    expect(successes.length).toBeGreaterThan(0);
    for (const { baseData } of successes)
      expect(baseData.properties).toMatchObject({ seen: 'true', clusterOutage: 'false', blind: 'false' });
  });

  it('a sweep that a person starts is no second one that is throttled', () => {
    const { recording } = runs.faulty;
    const [first] = recording.rows.filter(
      ({ baseData }) => baseData.name === 'SweepCompleted' && Number(baseData.measurements?.overBudget) > 0,
    );
    const again = (starter: string) => {
      const { baseData } = first!;
      const second = { ...first!, baseData: { ...baseData, properties: { ...baseData.properties, sweep: `${starter}-later`, starter } } };
      return toTables({ ...recording, rows: [first!, second] });
    };
    const firingOf = (starter: string) => firing(named('throttling'), again(starter), stretch(recording, first!.time)).length;
    expect([firingOf('person'), firingOf('timer')]).toEqual([0, 1]);
  });
});

describe('while the timer is frozen', () => {
  it('the prober reports itself once, for all the sweeps that others start', () => {
    const { recording, tables } = runs.frozen;
    const rows = recording.rows.filter(({ baseData }) => baseData.name === 'ProberError');
    expect(rows.length).toBeGreaterThan(1);
    expect(firing(named('prober-errors'), tables, stretch(recording, rows.at(-1)!.time))).toHaveLength(1);
  });

  it.each(ofApp.filter(({ name }) => name !== 'prober-errors'))('$name is silent', ({ name }) => {
    expect(firesAtAll(name, 'frozen')).toBe(false);
  });
});

it('an exception that comes five times is an error of the prober, and one that comes four times is not', () => {
  const now = new Date();
  const thrown = (times: number) =>
    new Map([
      ...runs.healthy.tables,
      ['AppExceptions', Array(times).fill({ TimeGenerated: now.toISOString(), ProblemId: 'Error at work' })],
    ]);
  expect(firing(named('prober-errors'), thrown(4), now)).toHaveLength(0);
  expect(firing(named('prober-errors'), thrown(5), now)).toHaveLength(1);
});

it('a change of the deployed package is reported with where it came from, and reading it is not', () => {
  const blob = (OperationName: string, ObjectKey: string): Row => ({
    TimeGenerated: at(1).toISOString(),
    OperationName,
    ObjectKey,
    StatusText: 'Success',
    CallerIpAddress: '203.0.113.7:443',
    RequesterObjectId: 'somebody',
    AuthenticationType: 'OAuth',
  });
  const changes = (...rows: Row[]) => firing(named('package-changes'), new Map([['StorageBlobLogs', rows]]), at(5));
  expect(changes(blob('PutBlob', '/st/app-package/app.zip'))).toEqual([{ address: '203.0.113.7:443', by: 'somebody' }]);
  expect(
    changes(
      blob('GetBlob', '/st/app-package/app.zip'),
      blob('ListBlobs', '/st/app-package'),
      blob('PutBlob', '/st/azure-webjobs-hosts/locks/x'),
    ),
  ).toEqual([]);
});
