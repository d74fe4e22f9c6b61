import type { SweepTotals } from '../../history/sweep-totals.ts';
import { coverageOf, withoutVerdict } from '../../model/ledger.ts';
import { reasons } from '../../model/reasons.ts';
import { starter } from '../../model/starter.ts';
import type { Services } from '../../services.ts';
import { lastCompleted } from '../../tables/sweep-list.ts';
import { readFinalizedLedgers, readGaps, readSubscriptions } from '../../tables/sweep-rows.ts';
import { currentIntervalMs } from '../../views/current-interval.ts';
import { viewSweep } from '../../views/sweeps.ts';
import type { Figures } from './figures.ts';

/** What became of the nodes of each cluster in a sweep, and which subscriptions it could not read. */
async function measureLedgers({ tables }: Services, { add }: Figures, sweep: string): Promise<void> {
  const [ledgers, scope] = await Promise.all([readFinalizedLedgers(tables, sweep), readSubscriptions(tables, sweep)]);
  for (const subscription_id of await readGaps(tables, sweep, scope)) add('subscription_gap', { subscription_id }, 1);
  for (const [cluster_id, ledger] of ledgers) {
    const coverage = coverageOf(ledger);
    if (coverage !== null) add('coverage_ratio', { cluster_id }, coverage);
    for (const { reason, nodes } of withoutVerdict(ledger)) add('nodes_without_verdict', { cluster_id, reason }, nodes);
    for (const [reason, nodes] of Object.entries(ledger.byReason)) add('last_sweep_nodes', { cluster_id, reason }, nodes);
  }
}

/** The last completed sweep. */
export async function measureLastSweep(services: Services, figures: Figures): Promise<void> {
  const { add } = figures;
  add('sweep_interval_seconds', {}, currentIntervalMs(services) / 1000);
  const last = await lastCompleted(services.tables, services.now());
  if (last === undefined) return;
  const [started, completed] = [Date.parse(last.startedAt), Date.parse(last.completedAt)];
  add('last_sweep_start_timestamp_seconds', {}, started / 1000);
  add('last_sweep_completion_timestamp_seconds', {}, completed / 1000);
  add('last_sweep_duration_seconds', {}, (completed - started) / 1000);
  const { coverage, asked } = viewSweep(last);
  if (coverage !== null) add('last_sweep_coverage_ratio', {}, coverage);
  if (asked !== null) add('last_sweep_asked_ratio', {}, asked);
  await measureLedgers(services, figures, last.sweep);
}

/** What all completed sweeps add up to. Each count begins at 0, so that its first increase is seen. */
export function measureTotals({ add }: Figures, { sweeps, probes, outcomes, armRequests }: SweepTotals): void {
  for (const each of starter.options) add('sweeps_total', { starter: each }, sweeps[each] ?? 0);
  for (const verdict of ['reachable', 'unreachable', 'unknown']) add('probes_total', { verdict }, probes[verdict] ?? 0);
  for (const reason of Object.keys(reasons)) add('sweep_outcomes_total', { reason }, outcomes[reason] ?? 0);
  add('arm_requests_total', {}, armRequests);
}
