import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  blockOf,
  confirmationOf,
  deferredSlice,
  isPlanned,
  runId,
  startedAgain,
  timesDeferred,
  timesStartedAgain,
} from '../../src/model/slice-name.ts';
import { MESSAGE_VERSION, readMessage } from '../../src/sweep/queue/messages.ts';

const position = fc.nat(4999).map(String);
const nonces = fc.uniqueArray(fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: 16, maxLength: 16 }), {
  minLength: 1,
  maxLength: 10,
});
const times = (count: number, slice: string): string => (count === 0 ? slice : times(count - 1, deferredSlice(slice)));

describe('the name of a slice', () => {
  it('belongs to the plan however often the rest of it was deferred', () => {
    fc.assert(fc.property(position, fc.nat(50), (slice, count) => isPlanned(times(count, slice))));
  });

  it('never belongs to the plan when it is of a confirmation, deferred or not', () => {
    fc.assert(
      fc.property(position, fc.nat(20), fc.nat(20), nonces, (slice, a, b, failures) => {
        expect(isPlanned(times(b, confirmationOf(times(a, slice), failures)))).toBe(false);
      }),
    );
  });

  it('stays one that a message may carry, however often it was deferred', () => {
    const carried = (slice: string) => {
      const nodes = ['a'];
      const cluster = '0b5a5e1c-6f0d-4c6e-9d1a-3f2b7c8d9e01.rg.shop';
      const deadline = '2026-11-21T09:37:00.000Z';
      const message = { v: MESSAGE_VERSION, kind: 'collect-slice', sweep: '2026-11-21T09:35:00Z', deadline, cluster, slice, nodes };
      return readMessage(message, new Date('2026-11-21T09:36:00.000Z'), new Date(deadline)).status;
    };
    fc.assert(
      fc.property(position, fc.nat(200), nonces, (slice, count, failures) => {
        expect([carried(times(count, slice)), carried(times(count, confirmationOf(slice, failures)))]).toEqual(['work', 'work']);
      }),
    );
  });

  it('tells each putting off and each confirmation from the slice it comes from', () => {
    const names = ['0', '1', '10'].flatMap((slice) => [
      slice,
      deferredSlice(slice),
      deferredSlice(deferredSlice(slice)),
      confirmationOf(slice, ['a'.repeat(16)]),
      startedAgain(slice, ['a'.repeat(16)]),
      deferredSlice(startedAgain(slice, ['a'.repeat(16)])),
      startedAgain(startedAgain(slice, ['a'.repeat(16)]), ['a'.repeat(16)]),
    ]);
    expect(new Set(names).size).toBe(names.length);
  });

  it('is the same for a confirmation of the same failures, and another for others', () => {
    fc.assert(
      fc.property(position, nonces, nonces, (slice, some, others) => {
        expect(confirmationOf(slice, [...some].reverse())).toBe(confirmationOf(slice, some));
        expect(confirmationOf(slice, some) === confirmationOf(slice, others)).toBe([...some].sort().join() === [...others].sort().join());
      }),
    );
  });

  it.each(['', 'check-1', '0.x', '-1', '0.', '0.c', 'r', '0.r', '0.r1.c1'])('"%s" belongs to no plan', (slice) => {
    expect(isPlanned(slice)).toBe(false);
  });

  it('tells how often it was started again, whatever was deferred of it, and of which part of the plan it is', () => {
    const once = startedAgain('7', ['a'.repeat(16)]);
    expect([
      timesStartedAgain('7'),
      timesStartedAgain(once),
      timesStartedAgain(startedAgain(deferredSlice(once), ['b'.repeat(16)])),
    ]).toEqual([0, 1, 2]);
    expect([once, deferredSlice(once), startedAgain(once, ['b'.repeat(16)])].map((slice) => [isPlanned(slice), blockOf(slice)])).toEqual(
      Array(3).fill([true, '7']),
    );
    expect(timesDeferred(deferredSlice(deferredSlice(once)))).toBe(2);
  });

  it('makes the same claim id on every delivery', () => {
    expect(runId('2026-11-21T09:35:00Z', 'sub.rg.shop', '3.r1')).toBe('2026-11-21T09:35:00Z|sub.rg.shop|3.r1');
  });
});
