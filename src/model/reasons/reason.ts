import type { RemedyTemplate } from './remedy.ts';

/** The layers at which a probe may end, in the order in which it passes them: a later one is nearer to an answer. */
export const stages = ['prober', 'azure', 'agent', 'kubeconfig', 'egress', 'dns', 'tcp', 'tls', 'auth', 'http', 'served', 'none'] as const;

/** The layer at which a probe ended. */
export type Stage = (typeof stages)[number];

/** How a reason is treated, wherever it occurs. */
export interface Policy {
  /** Whose fault it is; an operator's choice or a missing right is the operator's. */
  fault: 'node path' | 'cluster' | 'platform' | 'azure' | 'prober' | 'operator' | 'nobody';
  /** Whether it usually passes without help. */
  duration: 'passing' | 'lasting';
  /** Whether a node with this reason is expected to give a verdict, so that it counts in the coverage. */
  expected: boolean;
  /** Whether a node that gave no verdict for this reason was asked nevertheless. */
  asked: boolean;
  /** Whether it ends an open outage of the node, because no probe will see the node recover. */
  endsOutage: boolean;
  /** What becomes blind through verdicts `unknown` with this reason: the node only, or with many of them its whole cluster. */
  blinds: 'nobody' | 'node' | 'cluster';
  /** What is not listed if it is the reason of a cluster: the cluster's nodes, or all of its subscription. */
  hides: 'nothing' | 'cluster' | 'subscription';
  /** The code that it turns into once a node had it `lastsAfter` times in a row, or else BLIND_AFTER times, since it does not pass after all. */
  lastsAs?: string;
  lastsAfter?: number;
  /** Whether no stage was seen to fail for good, so that it proves no failure where our own time limit ended kubectl. */
  isUnproven?: true;
}

export interface Reason {
  stage: Stage;
  policy: Policy;
  /** What happened, for people to read. */
  sentence: string;
  /** What to check or do next, most likely first. */
  remedies: readonly RemedyTemplate[];
  links: readonly string[];
}

/** Creates an entry of the catalogue. */
export const reason = (stage: Stage, policy: Policy, sentence: string, remedies: RemedyTemplate[] = [], links: string[] = []): Reason => ({
  stage,
  policy,
  sentence,
  remedies,
  links,
});

/** The policy of all reasons why a node that gave a verdict is unreachable or not served: a verdict hides and blinds nothing. */
export const failed = (fault: Policy['fault'], duration: Policy['duration']): Policy => ({
  fault,
  duration,
  expected: true,
  asked: true,
  endsOutage: false,
  blinds: 'nobody',
  hides: 'nothing',
});

/** The policy of reasons with the verdict `unknown` that the node itself gives: it was asked, and its answer proves nothing. */
export const unprovable = (fault: Policy['fault'], duration: Policy['duration']): Policy => ({
  ...failed(fault, duration),
  blinds: 'cluster',
});
