import type { FindingCode } from '../../../src/model/finding.ts';
import type { ReasonCode } from '../../../src/model/reasons.ts';

/** What a fault can be switched on: one node, all nodes of a cluster, all clusters behind a hub, a whole subscription, or the telemetry endpoint. */
export type FaultScope = 'node' | 'cluster' | 'hub' | 'subscription' | 'ingestion';

/** The part of the simulated Azure that a fault changes. A target with several faults in force shows the nearest of each layer. */
export type FaultLayer = 'server' | 'node' | 'agent' | 'arm' | 'model' | 'network' | 'ingestion';

/** Something that can go wrong. */
export interface Fault<Layer extends FaultLayer> {
  layer: Layer;
  scopes: readonly FaultScope[];
  /** The verdict and the reason that a prober should give; without a reason, it depends on how Azure reports the fault. */
  verdict: string;
  reason?: ReasonCode;
  /** The finding that should come first in a search for the cause, where Azure's configuration shows it. */
  finding?: FindingCode;
  /** Whether only a node with a network of its own can have it. */
  needsNamespaces?: true;
  sentence: string;
}

/** A fault as its catalogue lists it; without scopes it can be switched on a node, a cluster and a subscription. */
type FaultEntry = Omit<Fault<FaultLayer>, 'layer' | 'scopes'> & { scopes?: readonly FaultScope[] };

const NODES = ['node', 'cluster', 'subscription'] as const;

/** Makes the catalogue of the faults of one layer, by id. */
export function ofLayer<Layer extends FaultLayer, Id extends string>(
  layer: Layer,
  entries: Record<Id, FaultEntry>,
): Record<Id, Fault<Layer>> {
  const faults = Object.entries<FaultEntry>(entries).map(([id, entry]) => [id, { layer, scopes: NODES, ...entry }]);
  return Object.fromEntries(faults) as Record<Id, Fault<Layer>>;
}
