import type { FaultId } from '../../local/simulator/faults.ts';

/** A part of the way between the prober and Azure that can fail. */
export type AzureCalls = 'reads' | 'lists' | 'starts' | 'polls' | 'tokens';

/** Where events go. */
export type SinkName = 'ingestion' | 'webhook';

/** What is done to the prober and to the fleet; times are minutes from the first sweep. */
export type Trouble = { from: number; until: number } & (
  | { kind: 'azure'; calls: readonly AzureCalls[]; share: number }
  | { kind: 'sink'; sink: SinkName; share: number }
  /** Storage refuses a share of all transactions, after it did what it was asked for or instead of that. 1 is storage that is down: the queue too. */
  | { kind: 'storage'; share: number }
  | { kind: 'messages'; twice: number; late: number; lateSeconds: number }
  /** The timer does not fire, or fires on both instances. */
  | { kind: 'timer'; fires: 'never' | 'twice' }
  /** The clock of one instance is wrong. */
  | { kind: 'clock'; instance: number; seconds: number }
  /** An instance dies in the middle of its work, after so many requests; nothing runs on it until the end. */
  | { kind: 'kill'; instance: number; afterRequests: number }
  /** A fault of the simulated Azure: of nodes, clusters or hubs. */
  | { kind: 'fault'; target: string; fault: FaultId }
  /** The nodes of a cluster are replaced one after the other, as by an upgrade. */
  | { kind: 'upgrade'; cluster: string; nodes: readonly string[] }
  /** The computer of a node has another name for a while. */
  | { kind: 'renamed'; cluster: string; node: string; to: string }
  /** Somebody asks for a check of a node, or for a sweep. */
  | { kind: 'person'; asksFor: 'check' | 'sweep'; cluster: string; node: string }
  /** Something that no version of the prober sent lies in its queue. */
  | { kind: 'stranger'; text: string }
);

/** All of it. */
export interface CampaignPlan {
  seed: number;
  /** From then on nothing goes wrong any more, but for outages that began before. */
  calmFrom: number;
  /** When the campaign is over. */
  end: number;
  troubles: readonly Trouble[];
}
