import { describe, expect, it } from 'vitest';
import { readRules } from './alert-rules.ts';
import type { Row } from './kql-expressions.ts';
import { type Notice, replayRules } from './replay-rules.ts';
import { at, clusterRow, incidentRow, tablesOf, words } from './state-rows.ts';

const rules = readRules();
const only = (...names: string[]) => rules.filter(({ name }) => names.includes(name));

/** What people are told, a line each: when, whom, and the words. */
const told = (notices: readonly Notice[]) =>
  notices.map(({ at: time, to, subject }) => `${(time.getTime() - at(0).getTime()) / 60_000} ${to} ${subject}`);
const replay = (names: string[], rows: Row[], to: number, lateMinutes = 0) =>
  told(replayRules(only(...names), tablesOf(...rows), { from: at(0), to: at(to), lateMinutes }));

const OUTAGE = { clusterOutage: 'true' };
const out = (name: string, sweep: number, minute: number, subject = `${name} is down`) =>
  clusterRow(name, sweep, minute, OUTAGE, { 'cluster-outage': words(subject) });

describe('an alert', () => {
  it('fires once, however often it is found, and is resolved ten minutes after it was last found', () => {
    const rows = [out('shop', 0, 1.5), out('shop', 5, 6), clusterRow('shop', 10, 11.5)];
    expect(replay(['cluster-outage'], rows, 60)).toEqual(['2 page Fired: shop is down', '21 page Resolved: shop is down']);
  });

  it('is not resolved by a gap that is shorter', () => {
    const rows = [out('shop', 0, 1), clusterRow('shop', 5, 6), out('shop', 10, 12), clusterRow('shop', 15, 40)];
    expect(replay(['cluster-outage'], rows, 60)).toEqual(['1 page Fired: shop is down', '49 page Resolved: shop is down']);
  });

  it('is another one where its words are others', () => {
    const rows = [out('shop', 0, 1), out('shop', 5, 6, 'shop is down for another reason')];
    expect(replay(['cluster-outage'], rows, 8)).toHaveLength(2);
  });

  it('goes to those who are woken at severity 1, and to the others below', () => {
    const cut = clusterRow('shop', 0, 1, { openNodeOutages: '1' }, { 'node-outages': words('one node is down') });
    expect(replay(['node-outages'], [cut], 10)).toEqual(['5 ticket Fired: one node is down']);
    expect(replay(['incident'], [incidentRow('hub', 1)], 10)).toEqual(['1 page Fired: 12 clusters down behind hub-fw since 03:00 UTC']);
  });

  it('is looked for at the frequency of its rule', () => {
    expect(replay(['incident'], [incidentRow('hub', 3.2)], 10)[0]).toMatch(/^4 /);
    const unseen = clusterRow('shop', 0, 1, { unseenNodes: '1' }, { 'nodes-unseen': words('one node is not seen') });
    expect(replay(['nodes-unseen'], [unseen], 20)[0]).toMatch(/^15 /);
  });
});

it('rows are found only once they are in', () => {
  expect(replay(['cluster-outage'], [out('shop', 0, 1)], 20, 10)).toEqual(['11 page Fired: shop is down']);
});

it('more alerts at once than Azure raises are a mistake, not a silence', () => {
  const many = (count: number) => Array.from({ length: count }, (_, index) => out(`shop-${index}`, 0, 1));
  expect(replay(['cluster-outage'], many(300), 2)).toHaveLength(300);
  expect(() => replay(['cluster-outage'], many(301), 2)).toThrow(/at most 300 alerts of cluster-outage/);
});

it('a cluster that an incident comes to cover is told of no more', () => {
  const rows = [
    out('shop', 0, 1),
    clusterRow('shop', 0, 3, { ...OUTAGE, incident: 'hub' }, { 'cluster-outage': words('shop is down') }),
    incidentRow('hub', 3),
  ];
  expect(replay(['cluster-outage', 'incident'], rows, 20)).toEqual([
    '1 page Fired: shop is down',
    '3 page Fired: 12 clusters down behind hub-fw since 03:00 UTC',
    '12 page Resolved: shop is down',
  ]);
});
