import { expect, it } from 'vitest';
import { watchThrottling } from '../../../src/sweep/run/watch-throttling.ts';

const at = (seconds: number) => new Date(Date.UTC(2026, 10, 28, 12, 0, seconds));

/** Watches starts in turn: `a:30` is a node that is throttled for 30 s, `a` one that is answered, a number the second from which on it goes on. */
function watched(starts: string): number | undefined {
  const watch = watchThrottling();
  let second = 0;
  for (const start of starts.split(' ')) {
    const [name = '', seconds] = start.split(':');
    if (/^\d+$/.test(name)) second = Number(name);
    else if (seconds === undefined) watch.answered(name);
    else watch.throttled(name, Number(seconds), at(second));
  }
  return watch.regionSeconds(at(second));
}

it.each([
  ['no start is', 'a b', undefined],
  ['one is, among others that are not', 'a b:30 c', undefined],
  ['one is, and there is no other', 'a:30', undefined],
  ['one is, again and again', 'a:30 25 a:30 50 a:30', undefined],
  ['two are, one after the other', 'a b:30 c:60', 60],
  ['two are, with others answered between', 'a:30 b c d:60 e', undefined],
  ['all are from one on', 'a b c d e:20 f:20 g:20', 20],
  ['the only starts of two slices are', 'a:20 5 b:20', 20],
  ['two by themselves are tried again alone', 'a:20 b:20 c d 25 a:20 b:20', undefined],
  ['two by themselves are tried again after ten minutes', 'a:600 b:600 c d 610 a:600 b:600', undefined],
  ['two by themselves and then two others are', 'a:20 b:20 c d 25 a:20 b:20 e:40 f:40', 40],
  ['the only starts of two slices are, some seconds ago', 'a:20 5 b:20 15', 10],
  ['the time that Azure asked for is over', 'a:20 b:20 21', undefined],
  ['a node that was throttled was answered since, and is with another later', 'a:20 30 a 60 a:20 b:20', 20],
] as const)('where %s throttled, tells a region from single nodes', (_, starts, expected) => {
  expect(watched(starts)).toBe(expected);
});
