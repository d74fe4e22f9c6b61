import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Outage } from '../../src/history/outage.ts';
import { dueAnnouncement } from '../../src/sweep/announce-outages.ts';

const at = (seconds: number) => new Date(Date.UTC(2026, 10, 21, 9, 35) + seconds * 1000);
const iso = (seconds: number) => at(seconds).toISOString();
const sweepAt = (seconds: number) => iso(seconds).replace('.000Z', 'Z');

/** An outage whose first failure was at 09:35:00 and that the tables learned of 20 s later. */
const opened = (more: Partial<Outage> = {}): Outage => ({
  cluster: '0b5a5e1c-6f0d-4c6e-9d1a-3f2b7c8d9e01.rg.shop',
  node: 'aks-web-vmss000000',
  start: iso(0),
  reason: 'ConnectionTimedOut',
  message: '',
  episode: 1,
  openedAt: iso(20),
  startLogs: [],
  endLogs: [],
  announced: [],
  ...more,
});

describe('dueAnnouncement', () => {
  it('holds a start back for 60 s after the outage opened', () => {
    expect(dueAnnouncement(opened(), '', at(79.999))).toEqual({ what: [], heldUntil: at(80) });
    expect(dueAnnouncement(opened(), '', at(80))).toEqual({ what: ['started'] });
  });

  it('tells a start at once when a sweep that began after the first failure is sealed', () => {
    expect(dueAnnouncement(opened(), sweepAt(1), at(21))).toEqual({ what: ['started'] });
  });

  it.each([
    ['the one that found the failure', sweepAt(0)],
    ['an earlier one', sweepAt(-300)],
  ])('does not count the seal of %s', (_, sweep) => {
    expect(dueAnnouncement(opened(), sweep, at(21))).toEqual({ what: [], heldUntil: at(80) });
  });

  it('tells start and end of an outage that ended while it was held back', () => {
    expect(dueAnnouncement(opened({ end: iso(30) }), '', at(31))).toEqual({ what: ['started', 'ended'] });
  });

  it('tells only the end where the start was told', () => {
    expect(dueAnnouncement(opened({ end: iso(300), announced: ['started'] }), '', at(301))).toEqual({ what: ['ended'] });
  });

  it('has nothing to hold back or tell of what was told', () => {
    expect(dueAnnouncement(opened({ announced: ['started'] }), '', at(21))).toEqual({ what: [] });
    expect(dueAnnouncement(opened({ announced: ['started'] }), '', at(900))).toEqual({ what: [] });
    expect(dueAnnouncement(opened({ end: iso(300), announced: ['started', 'ended'] }), sweepAt(300), at(900))).toEqual({ what: [] });
  });

  it('tells each event once, at the latest at the moment until which it was held back', () => {
    const seconds = fc.integer({ min: 0, max: 1000 });
    fc.assert(
      fc.property(seconds, fc.option(seconds, { nil: undefined }), seconds, fc.boolean(), (openedAt, end, now, sealed) => {
        const outage = opened({ openedAt: iso(openedAt), end: end === undefined ? undefined : iso(end) });
        const sweep = sealed ? sweepAt(300) : '';
        const first = dueAnnouncement(outage, sweep, at(now));
        const { heldUntil } = first;
        const held = heldUntil === undefined ? [] : dueAnnouncement(outage, sweep, heldUntil).what;
        expect([...first.what, ...held]).toEqual(end === undefined ? ['started'] : ['started', 'ended']);
        const after = dueAnnouncement({ ...outage, announced: first.what }, sweep, at(now));
        expect(after.what).toEqual([]);
      }),
    );
  });
});
