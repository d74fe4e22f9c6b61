import { expect, it } from 'vitest';
import type { Verdict } from '../../src/model/verdict.ts';
import { redactVerdict } from '../../src/probe/redact-verdict.ts';

const secret = 'Authorization: Bearer abcdefghijklmnop';
const reachable: Verdict = { verdict: 'reachable', reason: 'Reachable', message: `kubectl said ${secret}`, latencyMs: 20 };

it('a verdict keeps no secret that a node said, neither of itself nor of being served', () => {
  const served = { ok: false, reason: 'NodeNotAuthorized', message: `403\u0007 ${secret}` } as const;
  const clean = redactVerdict({ ...reachable, served });
  expect(JSON.stringify(clean)).not.toContain('abcdefghijklmnop');
  expect(JSON.stringify(clean)).not.toMatch(/\\u0007/);
  expect(clean).toMatchObject({ verdict: 'reachable', latencyMs: 20, served: { ok: false, reason: 'NodeNotAuthorized' } });
});

it('a verdict that says nothing of being served, or that all is well, stays as it is but for its message', () => {
  const plain: Verdict = { ...reachable, message: 'kubectl version succeeded' };
  expect(redactVerdict(plain)).toEqual(plain);
  expect(redactVerdict({ ...plain, served: { ok: true } })).toEqual({ ...plain, served: { ok: true } });
});
