import { describe, expect, it } from 'vitest';
import { reasons } from '../../src/probe/reasons.ts';
import { firing, readRules } from './alert-rules.ts';
import { stretch, toTables } from './log-rows.ts';
import { type Recording, readRecording } from './recording.ts';

const rules = readRules();
const named = (name: string) => rules.find((rule) => rule.name === name)!;
const load = (name: Recording['name']) => {
  const recording = readRecording(name);
  return { recording, tables: toTables(recording) };
};
const runs = { healthy: load('healthy'), faulty: load('faulty'), blind: load('blind') };
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
  it('an outage of a cluster names it, its reason, where to read on and its page', () => {
    expect(at('cluster-outage', 'faulty', 'faults')).toEqual([
      { cluster: idOf('down'), reason: 'ConnectionRefused', runbook: reasons.ConnectionRefused.links[0], page: pageOf('down') },
    ]);
  });

  it('outages of nodes are one alert of their cluster, and a cluster that is down is not among them', () => {
    const [link] = reasons.NameNotFound.links;
    expect(at('node-outages', 'faulty', 'faults')).toEqual([
      { cluster: idOf('partly'), reason: 'NameNotFound', runbook: link, page: pageOf('partly') },
    ]);
  });

  it('a cluster that nobody can see is blind, not down', () => {
    expect(at('cluster-blind', 'faulty', 'faults')).toMatchObject([{ cluster: idOf('unseen'), reason: 'NoProof' }]);
  });

  it('coverage is too low where Azure throttles, where the pace has no room, and of a subscription that cannot be read', () => {
    const low = [idOf('busy'), idOf('wide'), 'subscription bbbbbbbb-0000-4000-8000-000000000008'];
    expect(clustersOf(at('coverage', 'faulty', 'faults'))).toEqual(low.sort());
  });

  it('throttling by Azure and a pace without room are told apart', () => {
    const alerts = at('throttling', 'faulty', 'faults');
    expect(alerts.map(({ reason }) => reason)).toEqual(['Throttled', 'OverBudget']);
    expect(alerts[0]!.runbook).toBe(reasons.Throttled.links[0]);
  });

  it('a poison message is told of, and is no error of another kind', () => {
    expect(at('poison-messages', 'faulty', 'faults')).toHaveLength(1);
    expect(at('prober-errors', 'faulty', 'faults')).toHaveLength(0);
  });

  it('a prober that is blind accuses itself and no cluster', () => {
    expect(at('cluster-blind', 'blind', 'blind')).toMatchObject([{ cluster: '*', reason: 'ProberError' }]);
    expect(at('prober-errors', 'blind', 'blind')).toHaveLength(1);
    expect(at('poison-messages', 'blind', 'blind')).toEqual([]);
    expect(at('cluster-outage', 'blind', 'blind')).toEqual([]);
  });
});

it.each(['cluster-outage', 'node-outages', 'cluster-blind'])('%s ends with what it tells of', (name) => {
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

it('a cluster that the latest sweep does not know any more has no alert', () => {
  const { recording } = runs.faulty;
  const until = recording.rows.filter(({ time }) => time <= recording.marks.faults!);
  const latest = until.findLast(({ baseData }) => baseData.name === 'SweepCompleted')!.baseData.properties.sweep!;
  const removed = until.filter(({ baseData }) => baseData.id !== `${latest}|${idOf('down')}`);
  expect(removed).toHaveLength(until.length - 1);
  expect(firing(named('cluster-outage'), toTables({ ...recording, rows: removed }), stretch(recording, recording.marks.faults!))).toEqual(
    [],
  );
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
