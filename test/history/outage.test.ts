import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LogEntry, NodeLog } from '../../src/history/log.ts';
import { closeOutage, endOutage, formatDuration, openOutage, outageId } from '../../src/history/outage.ts';

const at = (seconds: number) => new Date(Date.UTC(2021, 0, 13, 20, 8, 34) + seconds * 1000).toISOString();
const entry = (seconds: number, success: boolean, message = success ? 'succeeded' : 'connection refused'): LogEntry => ({
  nonce: String(seconds),
  time: at(seconds),
  success,
  reason: success ? 'Reachable' : 'ConnectionRefused',
  message,
});
const failures = (...seconds: number[]) => seconds.sort((a, b) => b - a).map((each) => entry(each, false));
const subject = { cluster: '0b5a5e1c-6f0d-4c6e-9d1a-3f2b7c8d9e01.rg.shop', node: 'aks-web-vmss000000' };
const opened = (log: NodeLog) => openOutage(subject, at(0), 'ConnectionRefused', log, at(65));

describe('formatDuration', () => {
  it.each([
    [0, '0s'],
    [99, '0s'],
    [100, '0.1s'],
    [59_999, '59.9s'],
    [60_000, '1m0s'],
    [179_999.789, '2m59.9s'],
    [3_600_000, '1h0m0s'],
    [3_661_500, '1h1m1.5s'],
    [360_000_000, '100h0m0s'],
    [-5, '0s'],
  ])('writes %d ms as %s', (milliseconds, text) => {
    expect(formatDuration(milliseconds)).toBe(text);
  });

  it('writes what reads as the same duration to the tenth of a second', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10_000_000_000 }), (milliseconds) => {
        const text = formatDuration(milliseconds);
        const parts = /^(?:(\d+)h)?(?:(\d{1,2})m)?(\d{1,2}(?:\.\d)?)s$/.exec(text);
        expect(parts).not.toBeNull();
        const [, hours = '0', minutes = '0', seconds = ''] = parts!;
        expect(Number(minutes)).toBeLessThan(60);
        expect(Number(seconds)).toBeLessThan(60);
        expect(Math.round(Number(hours) * 36_000 + Number(minutes) * 600 + Number(seconds) * 10)).toBe(Math.floor(milliseconds / 100));
      }),
      { numRuns: 2000 },
    );
  });
});

describe('outageId', () => {
  it('names a subject and a start', () => {
    expect(outageId({ ...subject, start: at(0) })).toBe(`${subject.cluster}|${subject.node}|2021-01-13T20:08:34.000Z`);
    expect(outageId({ cluster: subject.cluster, start: at(0) })).toBe(`${subject.cluster}|*|2021-01-13T20:08:34.000Z`);
  });
});

describe('openOutage', () => {
  it('begins at the first failure, and waits with its announcement from when it was learned of', () => {
    expect(opened({ successes: [], failures: failures(0, 60) })).toEqual({
      ...subject,
      start: at(0),
      reason: 'ConnectionRefused',
      message: 'Connectivity outage detected at 2021-01-13T20:08:34.000Z',
      episode: 1,
      openedAt: at(65),
      startLogs: [entry(0, false)],
      endLogs: [],
      announced: [],
    });
  });

  it('takes as evidence what the failures said, in their order, once each, at most five, and nothing from before', () => {
    const log = {
      successes: [],
      failures: [
        entry(-60, false, 'before'),
        ...['a', 'a', 'b', 'a', 'c', 'd', 'e'].map((message, minute) => entry(minute * 60, false, message)),
      ].reverse(),
    };
    expect(opened(log).startLogs.map(({ message }) => message)).toEqual(['a', 'b', 'a', 'c', 'd']);
    expect(opened(log).startLogs[0]).toEqual(entry(0, false, 'a'));
  });
});

describe('closeOutage', () => {
  it('ends at the first success, with the last results until then as evidence, newest first', () => {
    const log = { successes: [entry(240, true), entry(180, true), entry(-60, true)], failures: failures(0, 60, 120) };
    expect(closeOutage(opened({ successes: [], failures: failures(0, 60) }), at(180), log)).toMatchObject({
      start: at(0),
      end: at(180),
      message: 'Connectivity restored after 3m0s',
      endLogs: [entry(180, true), entry(120, false), entry(60, false), entry(0, false)],
    });
  });

  it('keeps five results as evidence', () => {
    const log = { successes: [entry(600, true)], failures: failures(0, 60, 120, 180, 240, 300) };
    expect(closeOutage(opened(log), at(600), log).endLogs.map(({ time }) => time)).toEqual([600, 300, 240, 180, 120].map(at));
  });

  it('leaves a closed outage as it is', () => {
    const log = { successes: [entry(180, true)], failures: failures(0, 60) };
    const closed = closeOutage(opened(log), at(180), log);
    expect(closeOutage(closed, at(999), { successes: [entry(999, true)], failures: [] })).toEqual(closed);
    expect(endOutage(closed, at(999), 'NodeGone', 'The node no longer exists.')).toEqual(closed);
  });
});

describe('endOutage', () => {
  it('says that nothing recovered', () => {
    const outage = opened({ successes: [], failures: failures(0, 60) });
    expect(endOutage(outage, at(125.5), 'NodeGone', 'The node no longer exists.')).toEqual({
      ...outage,
      end: at(125.5),
      message: 'Outage ended after 2m5.5s: The node no longer exists. (NodeGone)',
    });
  });
});
