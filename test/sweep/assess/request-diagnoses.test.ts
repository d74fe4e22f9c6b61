import { describe, expect, it } from 'vitest';
import type { Diagnosis } from '../../../src/history/diagnosis.ts';
import { nothingDelivered, type Outage } from '../../../src/history/outage.ts';
import { diagnosesToRequest } from '../../../src/sweep/assess/request-diagnoses.ts';

const start = '2026-11-30T03:00:00.000Z';
const now = new Date('2026-11-30T03:01:00.000Z');
const outage = (node: string | undefined, more: Partial<Outage> = {}): Outage => ({
  cluster: 'c',
  node,
  start,
  reason: 'ConnectionTimedOut',
  message: '',
  episode: 1,
  episodes: [{ start }],
  openedAt: start,
  startLogs: [],
  endLogs: [],
  ...nothingDelivered,
  ...more,
});
const diagnosis = (subject: string, more: Partial<Diagnosis> = {}) => {
  const own = {
    subject,
    since: start,
    first: start,
    at: start,
    rounds: 1,
    running: false,
    findings: [],
    changes: [],
    missing: [],
    ...more,
  };
  return [subject, { diagnosis: own, etag: '' }] as const;
};

describe('the searches that an assessment asks for', () => {
  it('are one for each reason of new outages of nodes', () => {
    expect(diagnosesToRequest([outage('a'), outage('b')], new Map(), now)).toEqual(['ConnectionTimedOut']);
  });

  it('are none while one runs, or where all is noted', () => {
    const running = new Map([diagnosis('ConnectionTimedOut', { running: true, rounds: 0 })]);
    expect(diagnosesToRequest([outage('a')], running, now)).toEqual([]);
    expect(diagnosesToRequest([outage('a', { searchedAt: start })], new Map([diagnosis('ConnectionTimedOut')]), now)).toEqual([]);
  });

  it('are there too for an outage that joins others after their search, which is then noted in it', () => {
    const known = new Map([diagnosis('ConnectionTimedOut')]);
    expect(diagnosesToRequest([outage('a', { searchedAt: start }), outage('b')], known, now)).toEqual(['ConnectionTimedOut']);
  });

  it('are the last ones of what has ended; blindness is not for an assessment to judge', () => {
    const known = new Map([diagnosis('cluster'), diagnosis('blind')]);
    expect(diagnosesToRequest([outage(undefined, { end: now.toISOString(), searchedAt: start })], known, now)).toEqual(['cluster']);
  });
});
