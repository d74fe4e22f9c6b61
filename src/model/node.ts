import type { Claim } from './claim.ts';
import type { NodeHistory, NodeState, ProbeResult } from './node-state.ts';
import type { ReasonCode } from './reasons.ts';

/** The operating systems of nodes. */
export const nodeOses = ['Linux', 'Windows'] as const;
export type NodeOs = (typeof nodeOses)[number];

/** What Azure says about a node. Only the stage expand-cluster writes it. */
export interface NodeFacts {
  node: string;
  resourceId: string;
  vmId: string;
  pool: string;
  os: NodeOs;
  zone?: string;
  size?: string;
  image?: string;
  subnet?: string;
  created?: string;
  /** The status of its VM agent according to Azure, as of the latest listing; absent if Azure does not say. */
  agent?: 'ready' | 'notReady';
  /** Why it was not planned in the latest sweep, if it was not. */
  skipped?: ReasonCode;
  /** When it was seen running again after it was stopped, or with another image, while its grace lasts. */
  runningSince?: string;
  /** Since when it should have a verdict: when it was first seen, or seen again after it was stopped or excluded. */
  dueSince?: string;
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

/** The fields of a node that the assessment of its cluster needs, beside its name and `retiredAt`: nothing else of its row is read. */
export const judgedFields = {
  facts: ['pool', 'os', 'zone', 'size', 'image', 'subnet', 'created', 'skipped', 'dueSince'],
  latest: ['verdict', 'reason', 'at', 'latencyMs'],
  state: ['unknowns', 'conclusiveAt', 'served', 'firstFailure', 'firstSuccess', 'outage', 'watch'],
} as const satisfies { facts: (keyof NodeFacts)[]; latest: (keyof ProbeResult)[]; state: (keyof NodeState)[] };

type Judged = typeof judgedFields;

/** A node as the assessment of its cluster sees it. */
export interface JudgedNode {
  facts: Pick<NodeFacts, 'node' | Judged['facts'][number]>;
  state: { latest?: Pick<ProbeResult, Judged['latest'][number]> } & Pick<NodeState, Judged['state'][number]>;
  retiredAt?: string;
}
