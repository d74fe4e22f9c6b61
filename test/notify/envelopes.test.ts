import { describe, expect, it } from 'vitest';
import { toTimeSpan } from '../../src/notify/envelopes.ts';

describe('toTimeSpan', () => {
  it.each([
    [0, '00:00:00.000'],
    [13_727, '00:00:13.727'],
    [86_399_999, '23:59:59.999'],
    [90_061_001, '1.01:01:01.001'],
  ])('writes %i ms as %s', (milliseconds, text) => {
    expect(toTimeSpan(milliseconds)).toBe(text);
  });
});
