import { describe, expect, it } from 'vitest';
import { beginSearch, type Diagnosis, dueSearch, endSearch, isOf, revokeCauses, subjectsOf } from '../../src/history/diagnosis.ts';
import { nothingDelivered, type Outage } from '../../src/history/outage.ts';
import type { Finding } from '../../src/model/finding.ts';

const began = Date.parse('2026-11-30T03:00:00.000Z');
const minute = (minutes: number) => new Date(began + minutes * 60_000);
const nothing = { findings: [], changes: [], missing: [] };

/** A diagnosis after some searches, the last of which began so many minutes after the first. */
const searched = (rounds: number, minutes: number, more: Partial<Diagnosis> = {}): Diagnosis => ({
  subject: 'cluster',
  first: minute(0).toISOString(),
  at: minute(minutes).toISOString(),
  rounds,
  running: false,
  ...nothing,
  ...more,
});

describe('the searches for one outage', () => {
  it('are due at once, five and twenty minutes later, and once after its end', () => {
    expect(dueSearch(undefined, true, minute(0))).toBe('first');
    expect(dueSearch(searched(1, 0), true, minute(4))).toEqual(minute(5));
    expect(dueSearch(searched(1, 0), true, minute(5))).toBe('again');
    expect(dueSearch(searched(2, 5), true, minute(6))).toEqual(minute(20));
    expect(dueSearch(searched(2, 5), true, minute(20))).toBe('again');
    expect(dueSearch(searched(3, 20), true, minute(600))).toBeUndefined();
    expect(dueSearch(searched(3, 20), false, minute(21))).toBe('last');
    expect(dueSearch(searched(3, 20, { ended: minute(21).toISOString() }), false, minute(22))).toBeUndefined();
  });

  it('are none for what is over before the first', () => {
    expect(dueSearch(undefined, false, minute(0))).toBeUndefined();
  });

  it('are not made twice at once, and again after a process has died in one', () => {
    expect(dueSearch(searched(0, 0, { running: true }), true, minute(1))).toEqual(minute(3));
    expect(dueSearch(searched(0, 0, { running: true }), true, minute(3))).toBe('first');
  });

  it('begin anew for the next outage, though not within five minutes', () => {
    const over = searched(3, 20, { ended: minute(21).toISOString() });
    expect(dueSearch(over, true, minute(22))).toEqual(minute(25));
    expect(dueSearch(over, true, minute(25))).toBe('first');
  });

  it('are tried again at once where one has failed', () => {
    expect(dueSearch(searched(0, 0), true, minute(0.1))).toBe('first');
  });
});

describe('a search', () => {
  it('keeps what an earlier one found until it is done', () => {
    const found = searched(1, 0, { missing: ['a'] });
    const begun = beginSearch(found, 'cluster', 'again', minute(5));
    expect(begun).toMatchObject({ rounds: 1, running: true, missing: ['a'], at: minute(5).toISOString(), first: minute(0).toISOString() });
    expect(endSearch(begun, 'again', { ...nothing, missing: [] })).toMatchObject({ rounds: 2, running: false, missing: [] });
  });

  it('for a new outage counts from its own beginning', () => {
    const over = searched(3, 20, { ended: minute(21).toISOString() });
    expect(beginSearch(over, 'cluster', 'first', minute(30))).toMatchObject({
      rounds: 0,
      first: minute(30).toISOString(),
      ended: undefined,
    });
  });

  it('after the end is the last', () => {
    const ended = endSearch(beginSearch(searched(1, 0), 'cluster', 'last', minute(3)), 'last', nothing);
    expect(ended).toMatchObject({ rounds: 1, ended: minute(3).toISOString() });
    expect(dueSearch(ended, false, minute(4))).toBeUndefined();
  });
});

const outage = (node: string | undefined, more: Partial<Outage> = {}): Outage => ({
  cluster: 'c',
  node,
  start: minute(0).toISOString(),
  reason: 'ConnectionTimedOut',
  message: '',
  episode: 1,
  episodes: [{ start: minute(0).toISOString() }],
  openedAt: minute(0).toISOString(),
  startLogs: [],
  endLogs: [],
  ...nothingDelivered,
  ...more,
});

describe('what of a cluster is searched for', () => {
  it('is one thing for all its nodes with one reason', () => {
    expect(subjectsOf([outage('a'), outage('b'), outage('c', { reason: 'NameNotFound' })])).toEqual(['ConnectionTimedOut', 'NameNotFound']);
  });

  it('is the cluster alone while it has an outage itself, and nothing that is over', () => {
    expect(subjectsOf([outage('a'), outage(undefined)])).toEqual(['cluster']);
    expect(subjectsOf([outage('a', { end: minute(1).toISOString() })])).toEqual([]);
  });

  it('lasts as long as one of its outages does', () => {
    expect(isOf(outage('a'), 'ConnectionTimedOut')).toBe(true);
    expect(isOf(outage('a'), 'cluster')).toBe(false);
    expect(isOf(outage(undefined), 'cluster')).toBe(true);
    expect(isOf(outage(undefined, { end: minute(1).toISOString() }), 'cluster')).toBe(false);
  });
});

describe('causes that block still when the outage is over', () => {
  const finding = (code: Finding['code'], kind: Finding['kind']): Finding => ({ code, kind, sentence: '', evidence: [], foundAt: '' });

  it('are marked as wrong, once; suspicions claimed nothing', () => {
    const findings = [finding('NsgDenies', 'cause'), finding('RouteDrops', 'cause'), finding('RecentChange', 'suspicion')];
    const revoked = revokeCauses(findings, ({ code }) => code !== 'RouteDrops', minute(9));
    expect(revoked.map(({ revoked: at }) => at)).toEqual([minute(9).toISOString(), undefined, undefined]);
    expect(revokeCauses(revoked, () => true, minute(10)).map(({ revoked: at }) => at)).toEqual([
      minute(9).toISOString(),
      minute(10).toISOString(),
      undefined,
    ]);
  });
});
