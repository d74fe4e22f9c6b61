import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chunksOf } from '../../src/notify/chunks.ts';
import { eventEnvelope } from '../../src/notify/envelopes.ts';
import type { TelemetryEvent } from '../../src/notify/telemetry-event.ts';

const event = (eventId: string, message = ''): TelemetryEvent => ({
  name: 'ProberError',
  time: '2026-11-21T09:35:02.000Z',
  properties: { eventId, message },
});
const pack = (events: Iterable<TelemetryEvent>) => chunksOf(events, (each) => eventEnvelope(each, 'key'));

describe('chunksOf', () => {
  it('packs every item once, in order, into requests of at most 500 items and about half a megabyte', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1200 }), fc.constantFrom(0, 100, 8000), (count, length) => {
        const events = Array.from({ length: count }, (_, n) => event(String(n), 'ü'.repeat(length)));
        const chunks = [...pack(events)];
        expect(chunks.flatMap(({ items }) => items)).toEqual(events);
        for (const { items, texts } of chunks) {
          expect(texts.map((text) => JSON.parse(text).data.baseData.properties.eventId)).toEqual(
            items.map(({ properties }) => properties.eventId),
          );
          expect(items.length).toBeLessThanOrEqual(500);
          expect(Buffer.byteLength(texts.join(','))).toBeLessThan(550_000);
        }
      }),
      { numRuns: 20 },
    );
  });

  it('takes no more items than one request needs before it is asked for the next', () => {
    let taken = 0;
    function* endless() {
      for (;;) yield event(String(taken++));
    }
    pack(endless()).next();
    expect(taken).toBe(501);
  });

  it('gives an item that is too large for any request one of its own', () => {
    const chunks = [...pack([event('a'), event('b', 'x'.repeat(600_000)), event('c')])];
    expect(chunks.map(({ items }) => items.length)).toEqual([1, 1, 1]);
  });
});
