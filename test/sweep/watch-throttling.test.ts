import { describe, expect, it } from 'vitest';
import { watchThrottling } from '../../src/sweep/watch-throttling.ts';

/** Watches starts in turn: a number is a node that is throttled for so many seconds, `ok` one that is answered. */
function watched(...starts: (number | 'ok')[]) {
  const watch = watchThrottling();
  for (const [n, start] of starts.entries()) {
    if (start === 'ok') watch.answered();
    else watch.throttled(`n${n}`, start);
  }
  return [watch.regionSeconds(), Object.fromEntries(watch.ownSeconds())];
}

describe('the starts of a slice', () => {
  it.each([
    ['none is throttled', ['ok', 'ok'], [undefined, {}]],
    ['one alone is, among others that are not', ['ok', 30, 'ok'], [undefined, { n1: 30 }]],
    ['one alone is, and there is no other', [30], [undefined, { n0: 30 }]],
    ['two are, one after the other', ['ok', 30, 60], [60, {}]],
    ['two are, while more are answered', [30, 'ok', 'ok', 60, 'ok'], [undefined, { n0: 30, n3: 60 }]],
    ['all are, from one on', ['ok', 'ok', 'ok', 'ok', 20, 20, 20], [20, {}]],
  ] as const)('where %s, tell a region that is throttled from single nodes', (_, starts, expected) => {
    expect(watched(...starts)).toEqual(expected);
  });
});
