import { describe, expect, it } from 'vitest';
import {
  beginSearch,
  type Diagnosis,
  dueSearch,
  endSearch,
  isOf,
  isSearchedFor,
  newestStart,
  revokeCauses,
  subjectsOf,
} from '../../src/history/diagnosis.ts';
import { nothingDelivered, type Outage } from '../../src/history/outage.ts';
import type { Finding } from '../../src/model/finding.ts';

const began = Date.parse('2026-11-30T03:00:00.000Z');
const minute = (minutes: number) => new Date(began + minutes * 60_000);
const open = minute(0).toISOString();
const nothing = { findings: [], changes: [], missing: [] };

/** A diagnosis after some searches, the last of which began so many minutes after the first. */
const searched = (rounds: number, minutes: number, more: Partial<Diagnosis> = {}): Diagnosis => ({
  subject: 'cluster',
  since: open,
  first: minute(0).toISOString(),
  at: minute(minutes).toISOString(),
  rounds,
  running: false,
  ...nothing,
  ...more,
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

describe('the searches for one outage', () => {
  it('are due at once, five and twenty minutes later, and once after its end', () => {
    expect(dueSearch(undefined, open, minute(0))).toBe('first');
    expect(dueSearch(searched(1, 0), open, minute(4))).toEqual(minute(5));
    expect(dueSearch(searched(1, 0), open, minute(5))).toBe('again');
    expect(dueSearch(searched(2, 5), open, minute(6))).toEqual(minute(20));
    expect(dueSearch(searched(2, 5), open, minute(20))).toBe('again');
    expect(dueSearch(searched(3, 20), open, minute(600))).toBeUndefined();
    expect(dueSearch(searched(3, 20), undefined, minute(21))).toBe('last');
    expect(dueSearch(searched(3, 20, { ended: minute(21).toISOString() }), undefined, minute(22))).toBeUndefined();
  });

  it('are none for what is over before the first', () => {
    expect(dueSearch(undefined, undefined, minute(0))).toBeUndefined();
  });

  it('are not made twice at once, and again after a process has died in one', () => {
    expect(dueSearch(searched(0, 0, { running: true }), open, minute(1))).toEqual(minute(3));
    expect(dueSearch(searched(0, 0, { running: true }), open, minute(3))).toBe('first');
  });

  it('begin anew for the next outage, though not within five minutes', () => {
    const over = searched(3, 20, { ended: minute(21).toISOString() });
    expect(dueSearch(over, open, minute(22))).toEqual(minute(25));
    expect(dueSearch(over, open, minute(25))).toBe('first');
  });

  it('are tried again five minutes after one that failed', () => {
    expect(dueSearch(searched(0, 0), open, minute(0.1))).toEqual(minute(5));
    expect(dueSearch(searched(0, 0), open, minute(5))).toBe('first');
    expect(dueSearch(searched(0, 0), undefined, minute(1))).toEqual(minute(5));
  });
});

describe('an outage that begins while an older one of the same reason lasts', () => {
  const later = (minutes: number) => minute(minutes).toISOString();

  it('is searched for by itself, though not within five minutes of another search', () => {
    expect(dueSearch(searched(3, 20), later(200), minute(201))).toBe('first');
    expect(dueSearch(searched(2, 5), later(6), minute(7))).toEqual(minute(10));
  });

  it('is part of the same search where it begins within minutes', () => {
    expect(dueSearch(searched(1, 0), later(4), minute(5))).toBe('again');
  });

  it('does not get what a search found that began before it, or that was about another', () => {
    const about = searched(2, 5);
    expect(isSearchedFor(outage('a', { start: later(4), episodes: [{ start: later(4) }] }), about)).toBe(true);
    expect(isSearchedFor(outage('a', { start: later(6), episodes: [{ start: later(6) }] }), about)).toBe(false);
    expect(isSearchedFor(outage('a', { start: later(-60), episodes: [{ start: later(-60) }] }), about)).toBe(false);
  });

  it('counts from its newest episode', () => {
    const flapping = outage('a', { episodes: [{ start: later(0), end: later(1) }, { start: later(12) }] });
    expect(newestStart([flapping], 'ConnectionTimedOut')).toBe(later(12));
    expect(newestStart([flapping], 'cluster')).toBeUndefined();
  });
});

describe('the finding by which alerts are told apart', () => {
  const named = (code: Finding['code'], kind: Finding['kind']): Finding => ({ code, kind, sentence: '', evidence: [], foundAt: '' });

  it('is the first that there was, and stays while findings get surer', () => {
    const first = endSearch(beginSearch(undefined, 'cluster', open, 'first', minute(0)), 'first', {
      ...nothing,
      findings: [named('CouldNotLook', 'couldNotLook')],
    });
    expect(first.headline).toBeUndefined();
    const second = endSearch(beginSearch(first, 'cluster', open, 'again', minute(5)), 'again', {
      ...nothing,
      findings: [named('RecentChange', 'suspicion')],
    });
    const third = endSearch(beginSearch(second, 'cluster', open, 'again', minute(20)), 'again', {
      ...nothing,
      findings: [named('NsgDenies', 'cause')],
    });
    expect([second.headline, third.headline]).toEqual(['RecentChange', 'RecentChange']);
  });
});

describe('a search', () => {
  it('keeps what an earlier one found until it is done', () => {
    const found = searched(1, 0, { missing: ['a'] });
    const begun = beginSearch(found, 'cluster', open, 'again', minute(5));
    expect(begun).toMatchObject({ rounds: 1, running: true, missing: ['a'], at: minute(5).toISOString(), first: minute(0).toISOString() });
    expect(endSearch(begun, 'again', { ...nothing, missing: [] })).toMatchObject({ rounds: 2, running: false, missing: [] });
  });

  it('for a new outage counts from its own beginning, and begins with nothing', () => {
    const found = [{ code: 'NsgDenies', kind: 'cause', sentence: '', evidence: [], foundAt: '' }] as const;
    const over = searched(3, 20, { ended: minute(21).toISOString(), findings: found, headline: 'NsgDenies' });
    const begun = { since: minute(29).toISOString(), first: minute(30).toISOString(), at: minute(30).toISOString(), running: true };
    expect(beginSearch(over, 'cluster', begun.since, 'first', minute(30))).toEqual({ ...searched(0, 0), ...begun });
  });

  it('after the end is the last', () => {
    const ended = endSearch(beginSearch(searched(1, 0), 'cluster', open, 'last', minute(3)), 'last', nothing);
    expect(ended).toMatchObject({ rounds: 1, ended: minute(3).toISOString() });
    expect(dueSearch(ended, undefined, minute(4))).toBeUndefined();
  });
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
