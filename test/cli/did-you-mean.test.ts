import fc from 'fast-check';
import { expect, it } from 'vitest';
import { didYouMean } from '../../src/cli/did-you-mean.ts';

const known = ['check', 'plan', 'notify', 'node-resource-group'];

it.each([
  ['chek', '; did you mean check?'],
  ['Plan', '; did you mean plan?'],
  ['notfiy', '; did you mean notify?'],
  ['node-res', '; did you mean node-resource-group?'],
  ['n', ''],
  ['status', ''],
  ['', ''],
])('%s: "%s"', (word, answer) => {
  expect(didYouMean(word, known)).toBe(answer);
});

it('says nothing but a word that is known, and that one of a word with one letter changed', () => {
  fc.assert(
    fc.property(fc.string(), (word) => {
      const answer = didYouMean(word, known);
      expect(['', ...known.map((each) => `; did you mean ${each}?`)]).toContain(answer);
    }),
  );
  for (const each of known) expect(didYouMean(`${each.slice(0, -1)}#`, known)).toBe(`; did you mean ${each}?`);
});
