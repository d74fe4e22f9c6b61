import { describe, expect, it } from 'vitest';
import type { Claim } from '../../../src/model/claim.ts';
import type { ReasonCode } from '../../../src/model/reasons.ts';
import { inconclusive } from '../../../src/model/verdict.ts';
import { type BeforePost, canWaitFor, decidePost, decideRefusal } from '../../../src/sweep/run/decide-post.ts';

const subscriptionId = '0b5a5e1c-6f0d-4c6e-9d1a-3f2b7c8d9e01';
const group = (name: string, subscription = subscriptionId) =>
  `/subscriptions/${subscription}/resourceGroups/${name}/providers/Microsoft.Compute/virtualMachineScaleSets/vmss/virtualMachines/0`;
const start = Date.parse('2026-11-21T09:35:00.000Z');
const later = (seconds: number) => new Date(start + seconds * 1000);
const claim: Claim = { id: 'run', nonce: '0123456789abcdef', sweep: 's', startedAt: later(0).toISOString(), until: '' };
const place = { subscriptionId, region: 'westeurope', nodeResourceGroup: 'MC_rg_shop' };
const before: BeforePost = { place, isThrottled: false, deferUntil: later(300), requestMs: 30_000, now: later(1) };
const decide = (resourceId: string, more: Partial<BeforePost> = {}) => decidePost({ resourceId }, claim, { ...before, ...more });

describe('the run of a claim', () => {
  it('is posted on a machine of the node resource group, in whatever letter case Azure writes it', () => {
    for (const name of ['MC_rg_shop', 'mc_RG_shop']) expect(decide(group(name))).toBeUndefined();
  });

  it.each<[string, string, Partial<BeforePost>]>([
    ['outside the node resource group of its cluster', group('rg-of-somebody'), {}],
    ['of another subscription', group('MC_rg_shop', '1b5a5e1c-6f0d-4c6e-9d1a-3f2b7c8d9e01'), {}],
    ['whose resource ID is none', 'https://evil.example/', {}],
    ['of a cluster whose node resource group nobody knows', group('MC_rg_shop'), { place: { ...place, nodeResourceGroup: undefined } }],
  ])('is never posted on a machine %s', (_, resourceId, more) => {
    expect(decide(resourceId, more)).toMatchObject({ status: 'ended', verdict: { verdict: 'unknown', reason: 'ProberError' } });
  });

  it('is deferred while its region is throttled', () => {
    expect(decide(group('MC_rg_shop'), { isThrottled: true })).toMatchObject({ status: 'deferred' });
  });

  it('that would be answered when its start counts as lost is deferred, or given up where there is no time', () => {
    const late = { now: later(26) };
    expect(decide(group('MC_rg_shop'), { now: later(25) })).toBeUndefined();
    expect(decide(group('MC_rg_shop'), late)).toMatchObject({ status: 'deferred' });
    expect(decide(group('MC_rg_shop'), { ...late, deferUntil: undefined })).toMatchObject({ verdict: { reason: 'ProberError' } });
  });
});

describe('a refusal', () => {
  const until = (busy: boolean, retry: boolean) => ({
    deferUntil: busy ? later(300) : undefined,
    retryUntil: retry ? later(300) : undefined,
  });
  const refused = (reason: ReasonCode, neverSent: boolean, busy: boolean, retry: boolean) =>
    decideRefusal(claim, inconclusive(reason, 'no'), neverSent, until(busy, retry)).status;

  it('defers a busy node as long as there is time, and no other', () => {
    expect([refused('NodeBusy', false, true, true), refused('NodeBusy', false, false, true)]).toEqual(['deferred', 'ended']);
    expect(refused('AccessDenied', false, true, true)).toBe('ended');
  });

  it('that was none, since nothing was sent, defers the node for as long as its sweep lasts', () => {
    expect([refused('SignInFailed', true, false, true), refused('AzureUnreachable', true, true, false)]).toEqual(['deferred', 'ended']);
  });

  it('of one node alone is waited for where it ends before the sweep does', () => {
    expect([299, 300].map((seconds) => canWaitFor(seconds, later(300), later(0)))).toEqual([true, false]);
    expect(canWaitFor(1, undefined, later(0))).toBe(false);
  });
});
