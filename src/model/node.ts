import type { Claim } from './claim.ts';
import type { NodeHistory, NodeState, ProbeResult } from './node-state.ts';
import type { ReasonCode } from './reasons.ts';

/** What Azure says of a node, written by expand-cluster alone. */
export interface NodeFacts {
  node: string;
  resourceId: string;
  vmId: string;
  pool: string;
  os: 'Linux' | 'Windows';
  zone?: string;
  size?: string;
  image?: string;
  subnet?: string;
  created?: string;
  /** What its VM agent tells Azure, as of the latest listing; absent where Azure does not say. */
  agent?: 'ready' | 'notReady';
  /** Why it was not planned in the latest sweep, if it was not. */
  skipped?: ReasonCode;
}

/** A node as the fleet remembers it. */
export interface KnownNode {
  facts: NodeFacts;
  state: NodeState;
  /** What folds go on from. */
  history: NodeHistory;
  claim?: Claim;
  /** `host:port` of its API server, as the node itself said last. */
  endpoint?: string;
  /** When its latest verdict was folded: a slice that waits for another's probe takes it from then on. */
  foldedAt?: string;
  /** Complete listings of different sweeps in a row that did not show the node, and the latest of these sweeps. */
  missing: number;
  missedIn?: string;
  /** When it was found to be gone. */
  retiredAt?: string;
}

/** What a cluster's judgement needs of a node: nothing else of its row is read. */
export interface JudgedNode {
  facts: Pick<NodeFacts, 'node' | 'pool' | 'os' | 'zone' | 'size' | 'image' | 'subnet' | 'created' | 'skipped'>;
  state: { latest?: Pick<ProbeResult, 'verdict' | 'reason' | 'at'> } & Pick<
    NodeState,
    'unknowns' | 'firstFailure' | 'firstSuccess' | 'outage' | 'watch'
  >;
  retiredAt?: string;
}
