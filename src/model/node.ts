import type { Claim } from './claim.ts';
import type { NodeHistory, NodeState, ProbeResult } from './node-state.ts';
import type { ReasonCode } from './reasons.ts';

/** What Azure says about a node. Only the stage expand-cluster writes it. */
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
  /** The status of its VM agent according to Azure, as of the latest listing; absent if Azure does not say. */
  agent?: 'ready' | 'notReady';
  /** Why it was not planned in the latest sweep, if it was not. */
  skipped?: ReasonCode;
}

/** A node as its row in the table `fleet` has it. */
export interface KnownNode {
  facts: NodeFacts;
  state: NodeState;
  /** The results that new ones are folded into. */
  history: NodeHistory;
  claim?: Claim;
  /** `host:port` of its API server, as the node itself last reported it. */
  endpoint?: string;
  /** When its latest verdict was folded. From then on, a slice that waits for another slice's probe can use that verdict. */
  foldedAt?: string;
  /** How many complete listings in a row, of different sweeps, lacked the node; `missedIn` is the latest of these sweeps. */
  missing: number;
  missedIn?: string;
  /** When it was found to be gone. */
  retiredAt?: string;
}

/** The fields of a node that the assessment of its cluster needs; nothing else of its row is read. */
export interface JudgedNode {
  facts: Pick<NodeFacts, 'node' | 'pool' | 'os' | 'zone' | 'size' | 'image' | 'subnet' | 'created' | 'skipped'>;
  state: { latest?: Pick<ProbeResult, 'verdict' | 'reason' | 'at'> } & Pick<
    NodeState,
    'unknowns' | 'firstFailure' | 'firstSuccess' | 'outage' | 'watch'
  >;
  retiredAt?: string;
}
