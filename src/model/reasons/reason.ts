/** The layers at which a probe may come to its end, in the order in which it gets there: what comes later was nearer to an answer. */
export const stages = ['prober', 'azure', 'agent', 'kubeconfig', 'egress', 'dns', 'tcp', 'tls', 'auth', 'http', 'none'] as const;

/** The layer at which a probe came to its end. */
export type Stage = (typeof stages)[number];

/** What follows from a reason, wherever it is met. */
export interface Policy {
  /** Whose fault it is; an operator's choice, or want of a right, is the operator's. */
  fault: 'node path' | 'cluster' | 'platform' | 'azure' | 'prober' | 'operator' | 'nobody';
  /** Whether it passes without anybody doing anything, as a rule. */
  duration: 'passing' | 'lasting';
  /** Whether a node with it is expected to give a verdict: then it counts in coverage. */
  expected: boolean;
  /** Whether a node that gave no verdict for it was asked all the same. */
  asked: boolean;
  /** Whether nobody will see the node recover, so that its open outage ends with it. */
  endsOutage: boolean;
  /** Whose sight suffers where it is the reason of an unknown: of the node alone, or, with many, of its whole cluster. */
  blinds: 'nobody' | 'node' | 'cluster';
  /** What is not listed because of it, where it is the reason of a cluster: its nodes, or all of its subscription. */
  hides: 'nothing' | 'cluster' | 'subscription';
}

export interface Reason {
  stage: Stage;
  policy: Policy;
  /** What happened, as people read it. */
  sentence: string;
  /** What to check or do next, most likely first. */
  remedies: readonly string[];
  links: readonly string[];
}

/** Makes an entry of the catalogue. */
export const reason = (stage: Stage, policy: Policy, sentence: string, remedies: string[] = [], links: string[] = []): Reason => ({
  stage,
  policy,
  sentence,
  remedies,
  links,
});

/** The policy of every reason for which a node, asked, cannot reach its API server: it is a verdict, so it hides and blinds nothing. */
export const failed = (fault: Policy['fault'], duration: Policy['duration']): Policy => ({
  fault,
  duration,
  expected: true,
  asked: true,
  endsOutage: false,
  blinds: 'nobody',
  hides: 'nothing',
});
