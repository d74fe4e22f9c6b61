import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { outcomesOf } from '../../src/notify/item-outcomes.ts';

const body = (itemsReceived: number, itemsAccepted: number, errors: { index: number; statusCode: number }[]) =>
  JSON.stringify({ itemsReceived, itemsAccepted, errors });

describe('outcomesOf', () => {
  it.each([401, 402, 403, 404, 408, 429, 439, 500, 503, 599])('leaves an item that was answered %i for later', (statusCode) => {
    expect(outcomesOf(206, body(2, 1, [{ index: 1, statusCode }]), 2).outcomes).toEqual(['accepted', 'later']);
  });

  it.each([400, 413])('takes an item that was answered %i as refused for good', (statusCode) => {
    expect(outcomesOf(206, body(2, 1, [{ index: 1, statusCode }]), 2).outcomes).toEqual(['accepted', 'refused']);
  });

  it('names those that are redirected', () => {
    const errors = [307, 429, 308].map((statusCode, n) => ({ index: n + 1, statusCode }));
    expect(outcomesOf(206, body(4, 1, errors), 4)).toEqual({ outcomes: ['accepted', 'later', 'later', 'later'], moved: [1, 3] });
  });

  it('takes a refusal of the whole request as one of each item, or of those that it names', () => {
    expect(outcomesOf(400, '<html>Bad request</html>', 2).outcomes).toEqual(['refused', 'refused']);
    expect(outcomesOf(413, '', 1).outcomes).toEqual(['refused']);
    expect(outcomesOf(400, body(2, 0, [{ index: 1, statusCode: 400 }]), 2).outcomes).toEqual(['later', 'refused']);
  });

  it('never counts more as accepted than the answer does, nor any that it names an error for', () => {
    const error = fc.record({ index: fc.integer({ min: -1, max: 6 }), statusCode: fc.constantFrom(307, 400, 429, 500) });
    fc.assert(
      fc.property(
        fc.constantFrom(200, 206, 400),
        fc.integer({ min: 0, max: 5 }),
        fc.integer({ min: -1, max: 6 }),
        fc.array(error),
        (status, count, accepted, errors) => {
          const { outcomes } = outcomesOf(status, body(count, accepted, errors), count);
          expect(outcomes).toHaveLength(count);
          expect(outcomes.filter((outcome) => outcome === 'accepted').length).toBeLessThanOrEqual(Math.max(0, accepted));
          for (const { index } of errors) expect(outcomes[index]).not.toBe('accepted');
        },
      ),
    );
  });
});
