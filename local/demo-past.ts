import type { ReasonCode } from '../src/model/reasons.ts';
import type { Verdict } from '../src/model/verdict.ts';
import type { SimulatedNode } from './simulator/lay-out-fleet.ts';

/** A time in the past in which some nodes were not as they should be. */
interface Trouble {
  cluster: string;
  /** Which of its nodes, by the end of their names; all without it. */
  nodes?: RegExp;
  /** Minutes before now. */
  from: number;
  until: number;
  verdict: 'unreachable' | 'unknown';
  reason: ReasonCode;
  message: string;
}

/** What went wrong in the last day of the demonstration fleet. Nothing of it happened: each message says so. */
const TROUBLES: readonly Trouble[] = [
  {
    cluster: 'payments-prod',
    nodes: /-pay-.*[01]$/,
    from: 14 * 60 + 12,
    until: 13 * 60 + 51,
    verdict: 'unreachable',
    reason: 'HttpTimedOut',
    message: 'demonstration data: the API server was connected to and did not answer for 8 s',
  },
  {
    cluster: 'analytics',
    nodes: /-spark-.*2$/,
    from: 6 * 60 + 40,
    until: 6 * 60 + 31,
    verdict: 'unreachable',
    reason: 'DnsTimeout',
    message: 'demonstration data: the resolver 10.0.0.132 did not answer within 5 s',
  },
  {
    cluster: 'edge',
    nodes: /-system-/,
    from: 10 * 60,
    until: 9 * 60 + 35,
    verdict: 'unknown',
    reason: 'RunCommandTimedOut',
    message: 'demonstration data: Run Command gave no answer within 150 s',
  },
];

/** A number from 0 to 1 that looks random and is the same for the same seed. */
function noise(seed: number): number {
  const x = Math.sin(seed * 12.9898) * 43_758.5453;
  return x - Math.floor(x);
}

const hashOf = (text: string) => [...text].reduce((sum, character) => (sum * 31 + character.charCodeAt(0)) % 100_003, 7);

/**
 * What a node of the demonstration fleet would have answered in the past. Pure.
 *
 * @param minutesAgo - how long before now.
 */
export function pastVerdict({ name, cluster }: SimulatedNode, minutesAgo: number): Verdict {
  const trouble = TROUBLES.find(
    (each) => each.cluster === cluster.spec.name && minutesAgo <= each.from && minutesAgo > each.until && (each.nodes?.test(name) ?? true),
  );
  if (trouble !== undefined) return { verdict: trouble.verdict, reason: trouble.reason, message: trouble.message };
  const busy = 1 + 0.6 * Math.max(0, Math.sin((minutesAgo / 1440) * 2 * Math.PI));
  const latencyMs = Math.round((45 + (hashOf(name) % 30)) * busy * (0.85 + 0.4 * noise(hashOf(name) + minutesAgo)));
  return { verdict: 'reachable', reason: 'Reachable', message: 'demonstration data: kubectl version succeeded', latencyMs };
}

/** Whether a cluster of the demonstration fleet was being upgraded. Pure. */
export const wasUpgrading = (cluster: string, minutesAgo: number): boolean =>
  cluster === 'payments-prod' && minutesAgo <= 14 * 60 + 30 && minutesAgo > 13 * 60 + 40;
