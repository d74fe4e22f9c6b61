import type { TrueRecord } from '../../local/simulator/keep-record.ts';
import type { FleetNames } from './plan-campaign.ts';
import type { CampaignPlan, SinkName } from './troubles.ts';

/** An event that a sink accepted. */
export interface Notice {
  sink: SinkName;
  id: string;
  name: string;
  /** When the prober wrote it. */
  time: string;
  properties: Readonly<Record<string, string>>;
}

/** A completed sweep as the API and its tallies show it. */
export interface SeenSweep {
  id: string;
  startedAt: string;
  completedAt: string | null;
  coverage: number | null;
  ledger: Readonly<
    Record<'known' | 'reachable' | 'unreachable' | 'unknown' | 'notProbed', number> & { byReason: Readonly<Record<string, number>> }
  > | null;
  /** By cluster, each outcome that was written, `verdict/reason`, with its node; a cluster that was not planned in time is absent. */
  outcomes: Readonly<Record<string, readonly (readonly [node: string, outcome: string])[]>>;
}

/** An outage as the API shows it. */
export interface SeenOutage {
  id: string;
  subject: { cluster: string; node?: string };
  start: string;
  end: string | null;
  findings: readonly { code: string; kind: string; revoked?: string }[];
}

/** What was true in a campaign, and what the prober made of it: all that the checker judges. */
export interface Chronicle {
  plan: CampaignPlan;
  fleet: FleetNames;
  /** Milliseconds since 1970 of minute 0. */
  start: number;
  intervalMs: number;
  /** Within how many sweeps of calm all must be whole. */
  calmSweeps: number;
  record: TrueRecord;
  sweeps: readonly SeenSweep[];
  outages: readonly SeenOutage[];
  incidents: readonly { id: string; kind: string; start: string; end: string | null; clusters: readonly string[] }[];
  notices: readonly Notice[];
  /** Messages that went to the poison queue, and what is kept of them for people. */
  poisoned: readonly { at: string; text: string }[];
  poisonRows: readonly { time: string; message: string }[];
  /** Checks that were accepted, as they stand in the end. */
  checks: readonly { id: string; status: string }[];
  /** Clusters that are blind in the end. */
  blind: readonly string[];
}
