import { reasons } from '../model/reasons.ts';
import { parseClusterId } from '../model/resource-id.ts';
import type { Format } from './command-line.ts';
import type { FleetPlan } from './plan.ts';
import { layOutTable, widthOf } from './table.ts';

const skips = (skipped: Record<string, number>) =>
  Object.entries(skipped)
    .map(([reason, count]) => `${count} ${reason}`)
    .join(', ');

const until = (time: string | null) => (time === null ? '' : `in maintenance until ${time}`);

/** The name of a cluster with its resource group, as people know it. */
function nameOf(cluster: string): string {
  const { resourceGroup, name } = parseClusterId(cluster)!;
  return `${resourceGroup}/${name}`;
}

/** Formats a plan. */
export function printPlan(plan: FleetPlan, format: Format): string {
  if (format === 'json') return `${JSON.stringify(plan)}\n`;
  if (format === 'name') return plan.subscriptions.flatMap(({ clusters }) => clusters.map(({ cluster }) => `${cluster}\n`)).join('');
  return printTables(plan, format === 'wide');
}

function printTables(plan: FleetPlan, isWide: boolean): string {
  const { subscriptions, regions, totals, intervalSeconds, armRequests, sweep, cost, grants, rightsUnknown, notes, warnings } = plan;
  const names = new Map(subscriptions.map(({ subscription, name }) => [subscription, name]));
  const named = (id: string) => names.get(id) ?? id;
  const width = widthOf(isWide ? 'wide' : 'table');
  const table = (head: string[], rows: (string | number)[][]) => layOutTable(head, rows, width);
  const clusters = subscriptions.flatMap(({ subscription, clusters: some }) =>
    some.map(({ cluster, region, version, upgrading, maintenanceUntil, probed, skipped, recordOnly, error }) => {
      const notes = [
        recordOnly ?? '',
        upgrading ? 'being upgraded' : '',
        until(maintenanceUntil),
        error === null ? '' : 'could not be listed',
        skips(skipped),
      ];
      const where = isWide ? [cluster, named(subscription)] : [nameOf(cluster), named(subscription)];
      return [...where, region, version, probed, notes.filter(Boolean).join('; ')];
    }),
  );
  const pace = regions.map(({ subscription, region, nodes, budget, seconds }) => [
    named(subscription),
    subscription,
    region,
    nodes,
    budget,
    seconds,
  ]);
  const said = Object.keys(totals.skipped).map((reason) => `  ${reason}: ${reasons[reason as keyof typeof reasons].sentence}`);
  const bill = cost.lines.map(({ what, amount, unit, usd }) => [what, Math.round(amount), unit, usd.toFixed(2)]);
  return `${[
    ...table(['Cluster', 'Subscription', 'Region', 'Version', 'Probed', 'Not probed'], clusters),
    ...(said.length > 0 ? ['', ...said] : []),
    '',
    ...table(['Subscription', 'Subscription ID', 'Region', 'Nodes', 'Most a sweep', 'Seconds a sweep'], pace),
    '',
    `A sweep every ${intervalSeconds} s: ${totals.probed} nodes of ${totals.clusters} clusters, ${armRequests.inventory} requests to list them, ${armRequests.probes} to probe them; about ${sweep.executions} executions with ${sweep.billedSeconds} billed seconds.`,
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
