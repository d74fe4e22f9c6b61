import { expect, it } from 'vitest';
import { retryAfterMs } from '../../src/notify/retry-after-ms.ts';

const now = new Date('2026-11-21T09:35:00.000Z');

it.each([
  ['5', 5000],
  [' 0 ', 0],
  ['Sat, 21 Nov 2026 09:36:00 GMT', 60_000],
  ['Sat, 21 Nov 2026 09:30:00 GMT', 0],
  ['', undefined],
  [null, undefined],
  ['soon', undefined],
])('reads Retry-After "%s" as %s ms', (header, milliseconds) => {
  expect(retryAfterMs(header, now)).toBe(milliseconds);
});
