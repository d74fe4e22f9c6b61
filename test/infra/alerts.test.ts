import { describe, expect, it } from 'vitest';
import { coverageOf } from '../../src/model/ledger.ts';
import { reasons } from '../../src/model/reasons.ts';
import { firing, readRules } from './alert-rules.ts';
import { stretch, toTables } from './log-rows.ts';
import { type Recording, readRecording } from './recording.ts';

const rules = readRules();
const named = (name: string) => rules.find((rule) => rule.name === name)!;
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

const idOf = (name: string) => `aaaaaaaa-0000-4000-8000-000000000008.rg-${name}.${name}`;
const pageOf = (name: string) => `https://func-example.azurewebsites.net/api/status/clusters/${idOf(name)}`;

/** What an alert finds when a part of a run was over. */
function at(rule: string, run: keyof typeof runs, mark: string) {
  const { recording, tables } = runs[run];
  return firing(named(rule), tables, stretch(recording, recording.marks[mark]!));
}
const clustersOf = (alerts: ReturnType<typeof firing>) => alerts.map(({ cluster }) => cluster).sort();

/** Whether an alert fires at any minute of a run, from its first completed sweep on. */
function firesAtAll(rule: string, run: keyof typeof runs): boolean {
  const { recording, tables } = runs[run];
  const sweeps = recording.rows.filter(({ baseData }) => baseData.name === 'SweepCompleted');
  const [from, to] = [stretch(recording, sweeps[0]!.time).getTime(), stretch(recording, sweeps.at(-1)!.time).getTime()];
  for (let now = from; now <= to; now += MINUTE) if (firing(named(rule), tables, new Date(now)).length > 0) return true;
  return false;
}

it('there is a rule for each thing that people should know of, with the severity that they are woken by', () => {
  expect(rules.map(({ name, severity }) => `${name} ${severity}`)).toEqual([
    'cluster-outage 1',
    'node-outages 2',
    'cluster-blind 2',
    'cluster-degraded 2',
    'nodes-unseen 3',
    'prober-silent 1',
    'coverage 3',
    'throttling 3',
    'poison-messages 3',
    'prober-errors 3',
  ]);
});

it.each(rules)('$name is silent in a healthy run', ({ name }) => {
  expect(firesAtAll(name, 'healthy')).toBe(false);
});

describe('while there are faults', () => {
  it('no alert on an outage rests on the event of its beginning, which is out of every window while the outage goes on', () => {
    const { recording } = runs.faulty;
    const rows = recording.rows.filter(({ baseData }) => !/^(Node|Cluster)Outage|^ClusterBlind$/.test(baseData.name));
    const later = toTables({ ...recording, rows });
    for (const name of ['cluster-outage', 'node-outages', 'cluster-blind'])
      expect(firing(named(name), later, stretch(recording, recording.marks.faults!))).toEqual(at(name, 'faulty', 'faults'));
  });

  it('an outage of a cluster names it, its reason, what in Azure caused it, where to read on and its page', () => {
    expect(at('cluster-outage', 'faulty', 'faults')).toEqual([
      {
        cluster: idOf('down'),
        reason: 'ConnectionTimedOut',
        finding: 'NsgDenies',
        runbook: reasons.ConnectionTimedOut.links[0],
        page: pageOf('down'),
      },
    ]);
  });

  it('outages of nodes are one alert of their cluster, and a cluster that is down is not among them', () => {
    const [link] = reasons.NameNotFound.links;
    expect(at('node-outages', 'faulty', 'faults')).toEqual([
      { cluster: idOf('partly'), reason: 'NameNotFound', finding: '-', runbook: link, page: pageOf('partly') },
    ]);
  });

  it('outages of nodes keep their reason while their cluster is blind, whose own is another', () => {
    const { recording } = runs.faulty;
    const [blindLink] = reasons.RunCommandTimedOut.links;
    const changed = (properties: Record<string, string>) =>
      recording.rows.map((row) =>
        row.baseData.id !== undefined &&
        row.baseData.properties.openNodeOutages === '1' &&
        row.baseData.properties.cluster === idOf('partly')
          ? { ...row, baseData: { ...row.baseData, properties: { ...row.baseData.properties, ...properties } } }
          : row,
      );
    const found = (name: string, rows: Recording['rows']) =>
      firing(named(name), toTables({ ...recording, rows }), stretch(recording, recording.marks.faults!));
    const blinded = changed({ blind: 'true', reason: 'RunCommandTimedOut' });
    expect(blinded).not.toEqual(recording.rows);
    expect(found('node-outages', blinded)).toEqual(at('node-outages', 'faulty', 'faults'));
    const blind = { cluster: idOf('partly'), reason: 'RunCommandTimedOut', finding: '-', runbook: blindLink, page: pageOf('partly') };
    expect(found('cluster-blind', blinded)).toContainEqual(blind);
    // An older version sent one reason for both.
    const older = changed({ blind: 'true', reason: 'RunCommandTimedOut', outageReason: '' });
    expect(found('node-outages', older)).toEqual([blind]);
  });

  it('a cluster that nobody can see is blind, not down', () => {
    expect(at('cluster-blind', 'faulty', 'faults')).toMatchObject([{ cluster: idOf('unseen'), reason: 'NoProof' }]);
  });

  it('coverage is too low where Azure throttles, where the pace has no room, of a locked cluster and of a subscription that cannot be read', () => {
    const low = [idOf('busy'), idOf('wide'), idOf('locked'), 'subscription bbbbbbbb-0000-4000-8000-000000000008'];
    expect(clustersOf(at('coverage', 'faulty', 'faults'))).toEqual(low.sort());
  });

  it('coverage is not asked of a cluster whose subscription cannot be read: the gap says so', () => {
    const { recording } = runs.faulty;
    const unlisted = recording.rows.map((row) =>
      row.baseData.properties.cluster === idOf('wide')
        ? { ...row, baseData: { ...row.baseData, properties: { ...row.baseData.properties, coverage: '' } } }
        : row,
    );
    const tables = toTables({ ...recording, rows: unlisted });
    const alerts = firing(named('coverage'), tables, stretch(recording, recording.marks.faults!));
    expect(clustersOf(alerts)).toEqual([idOf('busy'), idOf('locked'), 'subscription bbbbbbbb-0000-4000-8000-000000000008'].sort());
  });

  it('coverage is left to the alert on blindness where nobody can see a cluster', () => {
    const { recording } = runs.faulty;
    const results = recording.rows.filter(({ baseData: { properties } }) => properties.cluster === idOf('unseen') && properties.coverage);
    expect(results.some(({ baseData: { properties } }) => properties.blind === 'true' && properties.coverage === '0.0000')).toBe(true);
    expect(clustersOf(at('coverage', 'faulty', 'faults'))).not.toContain(idOf('unseen'));
  });

  it('a cluster in which no node was seen is no success, and neither down nor blind for it', () => {
    const { recording } = runs.faulty;
    const during = recording.rows.filter(({ time }) => time <= recording.marks.faults!);
    const latest = during.findLast(({ baseData }) => baseData.id !== undefined && baseData.properties.cluster === idOf('locked'))!;
    expect(latest.baseData).toMatchObject({ name: `${idOf('locked')}/unseen`, success: false, properties: { seen: 'false' } });
    for (const rule of ['cluster-outage', 'node-outages', 'cluster-blind'])
      expect(clustersOf(at(rule, 'faulty', 'faults'))).not.toContain(idOf('locked'));
    // Every success of every run has a node behind it that was seen.
    const successes = Object.values(runs).flatMap((run) => run.recording.rows.filter(({ baseData }) => baseData.success === true));
    expect(successes.length).toBeGreaterThan(0);
    for (const { baseData } of successes)
      expect(baseData.properties).toMatchObject({ seen: 'true', clusterOutage: 'false', blind: 'false' });
  });

  it('an outage of a cluster stands while none of its nodes is seen, for as long as that lasts', () => {
    const { recording } = runs.faulty;
    const during = recording.rows.filter(({ time }) => time <= recording.marks.faults!);
    const unseen = during.map((row) => {
      const { properties } = row.baseData;
      if (row.baseData.id === undefined || properties.clusterOutage !== 'true') return row;
      return { ...row, baseData: { ...row.baseData, properties: { ...properties, seen: 'false', coverage: '0.0000' } } };
    });
    expect(unseen).not.toEqual(during);
    const found = firing(named('cluster-outage'), toTables({ ...recording, rows: unseen }), stretch(recording, recording.marks.faults!));
    expect(found).toEqual(at('cluster-outage', 'faulty', 'faults'));
  });

  it('a cluster whose node resource group is locked has no coverage, as the alert says', () => {
    const nodes = { known: 3, reachable: 0, notServed: 0, unreachable: 0, unknown: 0, notProbed: 3 };
    expect(coverageOf({ ...nodes, byReason: { NodeGroupLocked: 3 }, unknownByReason: {}, armRequests: 0 })).toBe(0);
    expect(named('coverage').description).toContain('locked node resource group');
  });

  it('throttling by Azure and a pace without room are told apart', () => {
    const alerts = at('throttling', 'faulty', 'faults');
    expect(alerts.map(({ reason }) => reason)).toEqual(['Throttled', 'OverBudget']);
    expect(alerts[0]!.runbook).toBe(reasons.Throttled.links[0]);
  });

  it('a poison message is reported, and is no error of another kind', () => {
    expect(at('poison-messages', 'faulty', 'faults')).toHaveLength(1);
    expect(at('prober-errors', 'faulty', 'faults')).toHaveLength(0);
  });

  it('a cluster in maintenance has no alert, and the others have theirs', () => {
    const { recording } = runs.faulty;
    const maintained = (...names: string[]) => ({
      ...recording,
      rows: recording.rows.map((row) => {
        const { properties } = row.baseData;
        if (row.baseData.id === undefined || !names.map(idOf).includes(properties.cluster!)) return row;
        return { ...row, baseData: { ...row.baseData, properties: { ...properties, maintenance: 'true' } } };
      }),
    });
    const found = (rule: string, ...names: string[]) =>
      clustersOf(firing(named(rule), toTables(maintained(...names)), stretch(recording, recording.marks.faults!)));
    for (const [rule, name] of [
      ['cluster-outage', 'down'],
      ['node-outages', 'partly'],
      ['cluster-blind', 'unseen'],
      ['coverage', 'locked'],
    ] as const) {
      const others = clustersOf(at(rule, 'faulty', 'faults')).filter((cluster) => cluster !== idOf(name));
      expect([rule, found(rule, name)]).toEqual([rule, others]);
      expect([rule, found(rule, 'calm')]).toEqual([rule, clustersOf(at(rule, 'faulty', 'faults'))]);
    }
  });

  it('a blind prober reports itself and no cluster', () => {
    expect(at('cluster-blind', 'blind', 'blind')).toMatchObject([{ cluster: '*', reason: 'ProberError' }]);
    expect(at('prober-errors', 'blind', 'blind')).toHaveLength(1);
    expect(at('poison-messages', 'blind', 'blind')).toEqual([]);
    expect(at('cluster-outage', 'blind', 'blind')).toEqual([]);
  });
});

describe('while the timer is frozen', () => {
  it('the prober reports itself once, for all the sweeps that others start', () => {
    const { recording, tables } = runs.frozen;
    const rows = recording.rows.filter(({ baseData }) => baseData.name === 'ProberError');
    expect(rows.length).toBeGreaterThan(1);
    expect(firing(named('prober-errors'), tables, stretch(recording, rows.at(-1)!.time))).toHaveLength(1);
  });

  it.each(rules.filter(({ name }) => name !== 'prober-errors'))('$name is silent', ({ name }) => {
    expect(firesAtAll(name, 'frozen')).toBe(false);
  });
});

it('a sweep that a person starts is no second one that is throttled, or in which a subscription is not read', () => {
  const { recording } = runs.faulty;
  const [first] = recording.rows.filter(
    ({ baseData }) => baseData.name === 'SweepCompleted' && Number(baseData.measurements?.overBudget) > 0,
  );
  const again = (starter: string) => {
    const { baseData } = first!;
    const second = { ...first!, baseData: { ...baseData, properties: { ...baseData.properties, sweep: `${starter}-later`, starter } } };
    return toTables({ ...recording, rows: [first!, second] });
  };
  const firingOf = (name: string, starter: string) => firing(named(name), again(starter), stretch(recording, first!.time)).length;
  expect([firingOf('throttling', 'person'), firingOf('throttling', 'timer')]).toEqual([0, 1]);
  expect([firingOf('coverage', 'person'), firingOf('coverage', 'timer')]).toEqual([0, 1]);
});

it.each(['cluster-outage', 'node-outages', 'cluster-blind'])('%s is resolved when what it reports is over', (name) => {
  expect(at(name, 'faulty', 'healed')).toEqual([]);
  expect(at(name, 'blind', 'healed')).toEqual([]);
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

it('a prober that has nothing to watch has no coverage, and no other alert', () => {
  const { recording, tables } = runs.unwatched;
  const end = stretch(recording, recording.rows.at(-1)!.time);
  expect(firing(named('coverage'), tables, end)).toMatchObject([{ cluster: '*' }]);
  for (const { name } of rules.filter((rule) => rule.name !== 'coverage')) expect(firesAtAll(name, 'unwatched'), name).toBe(false);
});

describe('while the two tables fill independently', () => {
  const { recording } = runs.faulty;
  const during = recording.rows.filter(({ time }) => time <= recording.marks.faults!);
  const sweepsOf = (rows: Recording['rows']) =>
    rows.filter(({ baseData }) => baseData.name === 'SweepCompleted').map(({ baseData }) => baseData.properties.sweep!);
  const isOf = (sweeps: readonly string[], { baseData }: Recording['rows'][number]) =>
    baseData.id !== undefined && sweeps.includes(baseData.id.split('|')[0]!);
  const found = (rule: string, rows: Recording['rows']) =>
    firing(named(rule), toTables({ ...recording, rows }), stretch(recording, rows.at(-1)!.time));

  it.each([
    ['cluster-outage', 'down'],
    ['node-outages', 'partly'],
    ['cluster-blind', 'unseen'],
  ])('%s stands when the heartbeat of a sweep is in and its results are not', (rule, name) => {
    const late = during.filter((row) => !isOf(sweepsOf(during).slice(-1), row));
    expect(late.length).toBeLessThan(during.length);
    expect(clustersOf(found(rule, late))).toEqual([idOf(name)]);
  });

  it('a heartbeat that is sent twice counts once', () => {
    const beat = during.findLast(({ baseData }) => baseData.name === 'SweepCompleted')!;
    const late = [...during.filter((row) => !isOf(sweepsOf(during).slice(-1), row)), beat];
    expect(clustersOf(found('cluster-outage', late))).toEqual([idOf('down')]);
  });

  it('an outage is over with the first result that says so', () => {
    const ended = recording.rows.find(({ baseData }) => baseData.name === 'ClusterOutageEnded')!;
    const healed = recording.rows.find(({ time, baseData }) => time >= ended.time && baseData.name === 'SweepCompleted')!;
    expect(
      found(
        'cluster-outage',
        recording.rows.filter(({ time }) => time <= healed.time),
      ),
    ).toEqual([]);
  });

  it('a cluster that two sweeps do not know any more has no alert, and one that only the latest does not know still has', () => {
    const without = (count: number) =>
      during.filter((row) => !(isOf(sweepsOf(during).slice(-count), row) && row.baseData.properties.cluster === idOf('down')));
    expect(without(2)).toHaveLength(during.length - 2);
    expect(clustersOf(found('cluster-outage', without(1)))).toEqual([idOf('down')]);
    expect(found('cluster-outage', without(2))).toEqual([]);
  });
});

/** A run in which the results of a cluster say something else. */
function withState({ rows, ...more }: Recording, name: string, state: Record<string, string>): Recording {
  const isOf = ({ baseData }: Recording['rows'][number]) => baseData.id !== undefined && baseData.properties.cluster === idOf(name);
  const changed = rows.map((row) =>
    isOf(row) ? { ...row, baseData: { ...row.baseData, properties: { ...row.baseData.properties, ...state } } } : row,
  );
  return { ...more, rows: changed };
}

/** A run in which two nodes of the locked cluster had no verdict for an hour, which is longer than a recording lasts. */
const withUnseen = (recording: Recording, also: Record<string, string> = {}) =>
  withState(recording, 'locked', { unseenNodes: '2', unseenReason: 'NodeGroupLocked', ...also });
/** A run in which the API server of the widest cluster does not serve its nodes. */
const withDegraded = (recording: Recording, also: Record<string, string> = {}) =>
  withState(recording, 'wide', { degraded: 'true', degradedReason: 'EtcdUnavailable', ...also });

describe('a cluster whose API server does not serve its nodes', () => {
  const found = (recording: Recording) =>
    firing(named('cluster-degraded'), toTables(recording), stretch(recording, recording.marks.faults!));

  it('has an alert of its own, with the reason', () => {
    const [runbook] = reasons.EtcdUnavailable.links;
    expect(found(withDegraded(runs.faulty.recording))).toEqual([
      { cluster: idOf('wide'), reason: 'EtcdUnavailable', runbook, page: pageOf('wide') },
    ]);
  });

  it('has none while it has an outage, is blind or in maintenance, nor where it is not degraded', () => {
    const others: Record<string, string>[] = [
      { clusterOutage: 'true' },
      { blind: 'true' },
      { maintenance: 'true' },
      { degraded: 'false', degradedReason: '' },
    ];
    for (const also of others) expect(found(withDegraded(runs.faulty.recording, also))).toEqual([]);
  });
});

describe('nodes that nobody has seen for long', () => {
  const found = (recording: Recording) => firing(named('nodes-unseen'), toTables(recording), stretch(recording, recording.marks.faults!));

  it('are one alert of their cluster, with the reason', () => {
    const [runbook] = reasons.NodeGroupLocked.links;
    expect(found(withUnseen(runs.faulty.recording))).toEqual([
      { cluster: idOf('locked'), reason: 'NodeGroupLocked', runbook, page: pageOf('locked') },
    ]);
  });

  it('are none while their cluster is blind or in maintenance, nor where there are none', () => {
    const others: Record<string, string>[] = [{ blind: 'true' }, { maintenance: 'true' }, { unseenNodes: '0', unseenReason: '' }];
    for (const also of others) expect(found(withUnseen(runs.faulty.recording, also))).toEqual([]);
  });
});

describe('no alert is split by an empty value', () => {
  const bare = (run: keyof typeof runs) => ({
    ...runs[run].recording,
    rows: withDegraded(withUnseen(runs[run].recording)).rows.map((row) => ({
      ...row,
      baseData: { ...row.baseData, properties: { ...row.baseData.properties, page: '', runbook: '' } },
    })),
  });

  it.each(rules.filter(({ dimensions }) => dimensions.length > 0))('$name', ({ name }) => {
    const alerts = (['faulty', 'blind'] as const).flatMap((run) => {
      const recording = bare(run);
      return Object.values(recording.marks).flatMap((mark) => firing(named(name), toTables(recording), stretch(recording, mark)));
    });
    expect(alerts).not.toEqual([]);
    for (const alert of alerts)
      for (const [dimension, value] of Object.entries(alert)) expect({ [dimension]: value }).not.toEqual({ [dimension]: '' });
  });

  it('nor by a reason that nobody sent', () => {
    const { recording } = runs.faulty;
    const untold = recording.rows.map((row) => {
      const properties: Record<string, string> = { ...row.baseData.properties, reason: '', outageReason: '' };
      return { ...row, baseData: { ...row.baseData, properties } };
    });
    const tables = toTables({ ...recording, rows: untold });
    for (const name of ['cluster-outage', 'node-outages', 'cluster-blind'])
      expect(firing(named(name), tables, stretch(recording, recording.marks.faults!))).toMatchObject([{ reason: '-' }]);
  });
});

describe('a prober that stops', () => {
  const { recording } = runs.faulty;
  const last = recording.marks.faults!;
  const tables = toTables({ ...recording, rows: recording.rows.filter(({ time }) => time <= last) });
  const minutesLater = (rule: string, minutes: number) =>
    firing(named(rule), tables, new Date(stretch(recording, last).getTime() + minutes * MINUTE));

  it('is silent after three intervals and not before', () => {
    expect(minutesLater('prober-silent', 14)).toHaveLength(0);
    expect(minutesLater('prober-silent', 16)).toHaveLength(1);
  });

  it('leaves the outages standing that it saw', () => {
    expect(clustersOf(minutesLater('cluster-outage', 120))).toEqual([idOf('down')]);
  });

  it('is found in a workspace without a single event', () => {
    const empty = new Map([...tables.keys()].map((name) => [name, []]));
    expect(firing(named('prober-silent'), empty, new Date())).toHaveLength(1);
  });
});
