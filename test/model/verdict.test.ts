import { expect, it } from 'vitest';
import { outcomeWith } from '../../src/model/verdict.ts';

const notServed = { ok: false, reason: 'EtcdUnavailable', message: '' } as const;

it('the outcome of a verdict says why a reachable node is not served, and nothing of that otherwise', () => {
  expect(outcomeWith({ verdict: 'reachable', reason: 'Reachable', served: notServed })).toEqual({
    verdict: 'reachable',
    reason: 'Reachable',
    notServed: 'EtcdUnavailable',
  });
  const plain = { verdict: 'reachable', reason: 'Reachable' } as const;
  expect([outcomeWith(plain), outcomeWith({ ...plain, served: { ok: true } })]).toEqual([plain, plain]);
  expect(outcomeWith({ verdict: 'unknown', reason: 'NoProof', served: notServed })).toEqual({ verdict: 'unknown', reason: 'NoProof' });
});
