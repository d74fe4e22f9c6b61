import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Cursors, msPerStart, nextSlot, startsBetween } from '../../src/model/pace.ts';

const start = Date.parse('2026-11-21T09:35:00.000Z');
const later = (seconds: number) => new Date(start + seconds * 1000);
const settings = { STARTS_PER_MINUTE: 250 };
const free: Cursors = { nextFree: 0, nextExtra: 0, pausedUntil: 0 };
const slotOf = (cursors: Cursors, more: Partial<Parameters<typeof nextSlot>[1]> = {}) =>
  nextSlot(cursors, { nodes: 50, extra: false, before: later(300), ...more }, settings, later(0));

describe('the pace', () => {
  it('is 80 % of STARTS_PER_MINUTE for sweeps and 20 % for confirmations and checks', () => {
    expect([msPerStart(settings, false), msPerStart(settings, true)].map(Math.round)).toEqual([300, 1200]);
  });

  it('lets as many start between two moments as it has room for, the first one at once', () => {
    expect([0, 0.1, 15, 60].map((seconds) => startsBetween(settings, later(0), later(seconds)))).toEqual([0, 1, 50, 200]);
    expect(startsBetween(settings, later(10), later(0))).toBe(0);
  });
});

describe('the next slot', () => {
  it('is now where nothing is planned, and advances the cursor of its lane alone', () => {
    expect(slotOf(free)).toEqual({ slot: { at: later(0), paused: false }, cursors: { ...free, nextFree: later(15).getTime() } });
    expect(slotOf(free, { extra: true, nodes: 1 }).cursors).toEqual({ ...free, nextExtra: later(1.2).getTime() });
  });

  it('is after what is planned, and after a pause', () => {
    const planned = { ...free, nextFree: later(20).getTime() };
    expect(slotOf(planned).slot).toEqual({ at: later(20), paused: false });
    expect(slotOf({ ...planned, pausedUntil: later(30).getTime() }).slot).toEqual({ at: later(30), paused: true });
  });

  it('costs nobody anything where it is too late', () => {
    const planned = { ...free, nextFree: later(20).getTime() };
    expect(slotOf(planned, { before: later(20) })).toEqual({ slot: { at: later(20), paused: false } });
    expect(slotOf(planned, { before: later(20.001) }).cursors).toBeDefined();
  });

  it('is noted as lent where it is that of a recheck, so that a later sweep gives as many starts back', () => {
    const once = slotOf(free, { lends: true, nodes: 3 }).cursors!;
    expect(once).toEqual({ ...free, nextFree: later(0.9).getTime(), lent: 3 });
    expect(slotOf(once, { lends: true, nodes: 2 }).cursors?.lent).toBe(5);
    expect(slotOf(once, { nodes: 2 }).cursors?.lent).toBe(3);
  });

  it('never overlaps the one before, for any requests', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 50 }), { maxLength: 20 }), (requests) => {
        let cursors = free;
        let busyUntil = 0;
        for (const nodes of requests) {
          const { slot, cursors: next } = slotOf(cursors, { nodes, before: later(1e6) });
          expect(slot.at.getTime()).toBeGreaterThanOrEqual(Math.floor(busyUntil));
          busyUntil = slot.at.getTime() + nodes * msPerStart(settings, false);
          cursors = next!;
        }
      }),
    );
  });
});
