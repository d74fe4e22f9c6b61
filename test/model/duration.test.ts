import { expect, it } from 'vitest';
import { parseDuration } from '../../src/model/duration.ts';

it.each([
  ['PT4H', 240],
  ['PT90M', 90],
  ['P1D', 1440],
  ['P1DT12H', 2160],
  ['PT1H30M', 90],
  ['PT0M', 0],
])('reads the duration %s', (text, minutes) => {
  expect(parseDuration(text)).toBe(minutes * 60_000);
});

it.each(['', 'P', 'PT', 'P1DT', '4H', 'PT4', 'pt4h', 'PT-4H', 'PT4H ', 'P1W', 'PT30S', 'PT9999999H'])(
  'does not take "%s" for one',
  (text) => {
    expect(parseDuration(text)).toBeUndefined();
  },
);
