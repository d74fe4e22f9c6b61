import { describe, expect, it } from 'vitest';
import type { Reason } from '../../src/model/reasons/reason.ts';
import { isReasonCode, policyOf, type ReasonCode, reasonCode, reasons } from '../../src/model/reasons.ts';

const all: [code: string, reason: Reason][] = Object.entries(reasons);
const remedyless = [
  'Reachable',
  'NodeGone',
  'NodeReplaced',
  'ClusterGone',
  'Excluded',
  'TooYoung',
  'Deallocated',
  'Deleting',
  'Creating',
  'NotYetProbed',
  'NodeStopping',
  'NodeStarting',
  'NodeUpdating',
  'ClusterStopping',
  'ClusterStarting',
  'ClusterCreating',
  'ClusterDeleting',
];

describe('the catalogue of reasons', () => {
  it.each(all)('tells %s in one sentence, with stage and links that people can follow', (code, { stage, sentence, remedies, links }) => {
    expect(code).toMatch(/^([A-Z][a-z]+)+$/);
    expect(stage).toMatch(/^(kubeconfig|dns|tcp|tls|auth|http|served|egress|agent|azure|prober|none)$/);
    for (const text of [sentence, ...remedies.map(({ say }) => say)]) expect(text).toMatch(/^([A-Z]|kubectl ).*\.$/);
    for (const link of links) expect(link).toMatch(/^https:\/\/learn\.microsoft\.com\/[\w/-]+$/);
  });

  it('has something to do next for everything that somebody could do something about', () => {
    expect(
      all
        .filter(([, { remedies }]) => remedies.length === 0)
        .map(([code]) => code)
        .sort(),
    ).toEqual(remedyless.sort());
  });

  it('gives no two reasons the same sentence', () => {
    expect(new Set(all.map(([, { sentence }]) => sentence)).size).toBe(all.length);
  });

  it.each(['toString', 'constructor', '__proto__', 'reachable', '', ' Reachable', 7, null, undefined, ['Reachable']])(
    'does not know %s',
    (code) => {
      expect(isReasonCode(code)).toBe(false);
    },
  );

  it('knows its own codes', () => {
    expect(all.every(([code]) => isReasonCode(code))).toBe(true);
  });
});

/** Reasons by what their policies say. */
const where = (holds: (policy: Reason['policy']) => boolean) =>
  all
    .filter(([, { policy }]) => holds(policy))
    .map(([code]) => code)
    .sort();

describe('the policy of a reason', () => {
  it('expects no verdict of nodes that are excluded, stopped, gone, too young, not due, or just being made, changed or unmade', () => {
    const lasting = ['ClusterGone', 'ClusterStopped', 'Deallocated', 'Excluded', 'NotRunning'];
    const clusters = ['ClusterCreating', 'ClusterDeleting', 'ClusterStarting', 'ClusterStopping'];
    const nodes = ['Creating', 'Deleting', 'NotDue', 'NodeStarting', 'NodeStopping', 'NodeUpdating', 'TooYoung'];
    expect(where(({ expected, duration }) => !expected && duration === 'lasting')).toEqual(lasting.sort());
    expect(where(({ expected, duration }) => !expected && duration === 'passing')).toEqual([...clusters, ...nodes].sort());
  });

  it('ends no outage by what passes: only what is proven to last does', () => {
    expect(where(({ endsOutage, duration }) => endsOutage && duration === 'passing')).toEqual([]);
  });

  it('does not count a lasting refusal as asked: a right, a lock, an agent that never answers', () => {
    const rights = ['AccessDenied', 'NodeGroupLocked', 'ScopeLocked', 'SubscriptionDisabled', 'DisallowedByPolicy'] as const;
    const machines = ['ExtensionsDisallowed', 'ExtensionBlocked', 'ExecutionBlocked', 'DiskNotWritable', 'WrongOs'] as const;
    const agents = ['AgentNotReady', 'RunCommandStuck', 'RunCommandBroken', 'MachinesMissing'] as const;
    for (const code of [...rights, ...machines, ...agents])
      expect(policyOf(code), code).toMatchObject({ duration: 'lasting', expected: true, asked: false });
  });

  it('ends an outage only where nobody will see the node recover, which no fault of Azure or ourselves is', () => {
    expect(where(({ endsOutage, fault }) => endsOutage && fault !== 'operator')).toEqual([]);
    expect(where(({ endsOutage }) => endsOutage)).toEqual(expect.arrayContaining(['Deallocated', 'Excluded', 'NodeGone']));
  });

  it('never blinds anybody by what the prober did itself, or by a verdict', () => {
    expect(where(({ fault, blinds }) => fault === 'prober' && blinds !== 'nobody')).toEqual([]);
    expect(where(({ fault, blinds }) => (fault === 'node path' || fault === 'cluster') && blinds !== 'nobody')).toEqual([]);
  });

  it('turns a failure that does not pass into a code of the catalogue that lasts', () => {
    const lastsAs = all.flatMap(([, { policy }]) => policy.lastsAs ?? []);
    expect(lastsAs).toEqual(['Undiagnosed', 'RunCommandBroken']);
    for (const code of lastsAs) expect(policyOf(reasonCode.parse(code)).duration).toBe('lasting');
  });

  it('of a code that nobody knows is that of ProberError, which says nothing of a node', () => {
    for (const code of ['Nonsense', '', undefined, 7]) expect(reasonCode.parse(code)).toBe('ProberError');
    const fallback: ReasonCode = reasonCode.parse('Nonsense');
    expect(policyOf(fallback)).toMatchObject({ fault: 'prober', asked: false, endsOutage: false, blinds: 'nobody' });
  });
});
