import { reasons } from '../model/reasons.ts';
import type { FleetPlan } from './plan.ts';

/** Formats rows in aligned columns, numbers to the right. */
function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string[] {
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((row) => String(row[column]).length)));
  const cell = (value: string | number, column: number) =>
    typeof value === 'number' ? String(value).padStart(widths[column]!) : value.padEnd(widths[column]!);
  return all.map((row) => row.map(cell).join('  ').trimEnd());
}

const skips = (skipped: Record<string, number>) =>
  Object.entries(skipped)
    .map(([reason, count]) => `${count} ${reason}`)
    .join(', ');

const until = (time: string | null) => (time === null ? '' : `in maintenance until ${time}`);

/** Formats a plan as text. */
export function printPlan(plan: FleetPlan): string {
  const { subscriptions, regions, totals, intervalSeconds, armRequests, sweep, cost, grants, rightsUnknown, notes, warnings } = plan;
  const clusters = subscriptions.flatMap(({ clusters: some }) =>
    some.map(({ cluster, region, version, upgrading, maintenanceUntil, probed, skipped, recordOnly, error }) => {
      const notes = [
        recordOnly ?? '',
        upgrading ? 'being upgraded' : '',
        until(maintenanceUntil),
        error === null ? '' : 'could not be listed',
        skips(skipped),
      ];
      return [cluster, region, version, probed, notes.filter(Boolean).join('; ')];
    }),
  );
  const pace = regions.map(({ subscription, region, nodes, budget, seconds }) => [subscription, region, nodes, budget, seconds]);
  const said = Object.keys(totals.skipped).map((reason) => `  ${reason}: ${reasons[reason as keyof typeof reasons].sentence}`);
  const bill = cost.lines.map(({ what, amount, unit, usd }) => [what, Math.round(amount), unit, usd.toFixed(2)]);
  return `${[
    ...table(['Cluster', 'Region', 'Version', 'Probed', 'Not probed'], clusters),
    ...(said.length > 0 ? ['', ...said] : []),
    '',
    ...table(['Subscription', 'Region', 'Nodes', 'Most a sweep', 'Seconds a sweep'], pace),
    '',
    `A sweep every ${intervalSeconds} s: ${totals.probed} nodes of ${totals.clusters} clusters, ${armRequests.inventory} requests to list them, ${armRequests.probes} to probe them; about ${sweep.executions} executions, of which ${sweep.billedSeconds} s are billed.`,
    '',
    ...table(['A month', 'Amount', 'Unit', 'US$'], bill),
    `About US$ ${cost.usdAMonth.toFixed(2)} a month, at list prices, rather too high than too low.`,
    '',
    'What you would grant (docs/guides/deploy.md says how):',
    ...grants.map((grant) => `- ${grant}`),
    '',
    ...rightsUnknown.map((id) => `Whether the rights on ${id} suffice is not known: they could not be read on any node resource group.`),
    ...(notes.length > 0 ? ['Optional (infra/fleet-diagnosis.bicep grants it):', ...notes.map((note) => `- ${note}`), ''] : []),
    ...(warnings.length > 0 ? ['To fix:', ...warnings.map((warning) => `- ${warning}`)] : ['Nothing to fix.']),
  ].join('\n')}\n`;
}
