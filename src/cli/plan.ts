import { DefaultAzureCredential } from '@azure/identity';
import { countRequests } from '../azure/count-requests.ts';
import { maintenanceWarnings } from '../inventory/maintenance-warnings.ts';
import { scopeWarnings } from '../inventory/scope-warnings.ts';
import { msPerStart, startsBetween } from '../model/pace.ts';
import { intervalAfter, nextOccurrence } from '../model/schedule.ts';
import { connectArm } from '../services.ts';
import type { Settings } from '../settings.ts';
import { type Attempts, countAttempts } from './attempts.ts';
import type { Format } from './command-line.ts';
import { describeGrants } from './describe-grants.ts';
import { estimateCost } from './estimate.ts';
import { addUpExecutions, estimateSweep, type Group } from './estimate-sweep.ts';
import { areRightsUnknown, missingDiagnosis, missingRights } from './missing-rights.ts';
import { planFleet, type SubscriptionPlan } from './plan-fleet.ts';
import { printPlan } from './print-plan.ts';

/** One POST, one poll, one result. */
const REQUESTS_PER_PROBE = 3;

/** The pace of one subscription and region. */
export interface RegionPlan {
  subscription: string;
  region: string;
  nodes: number;
  /** How many of the nodes one sweep can start, and (`overBudget`) how many are left for later sweeps. */
  budget: number;
  overBudget: number;
  /** Seconds from the first start of a sweep to the last verdict. */
  seconds: number;
}

/** All that `plan` shows. */
export interface FleetPlan {
  subscriptions: SubscriptionPlan[];
  regions: RegionPlan[];
  totals: { clusters: number; probed: number; skipped: Record<string, number> };
  intervalSeconds: number;
  armRequests: { inventory: number; probes: number };
  /** Executions of functions in one sweep, and how many seconds of them are billed. */
  sweep: { executions: number; billedSeconds: number };
  cost: { lines: ReturnType<typeof estimateCost>; usdAMonth: number };
  /** What the prober is granted in each way of granting access, as sentences. */
  grants: string[];
  /** Subscriptions on which the rights are unknown. */
  rightsUnknown: string[];
  /** Optional rights that are missing, as sentences: without them outages have fewer findings. */
  notes: string[];
  /** What to fix, as sentences; empty if there is nothing to fix. */
  warnings: string[];
}

function planRegions(subscriptions: readonly SubscriptionPlan[], settings: Settings, occurrence: Date): RegionPlan[] {
  const budget = startsBetween(settings, occurrence, nextOccurrence(settings.SWEEP_SCHEDULE, occurrence));
  return subscriptions.flatMap(({ subscription, clusters }) => {
    const byRegion = Map.groupBy(
      clusters.filter(({ probed }) => probed > 0),
      ({ region }) => region,
    );
    return [...byRegion].map(([region, group]) => {
      const nodes = group.reduce((total, { probed }) => total + probed, 0);
      const seconds = Math.round((Math.min(nodes, budget) * msPerStart(settings, false)) / 1000 + settings.FIRST_COLLECT_SECONDS);
      return { subscription, region, nodes, budget, overBudget: Math.max(0, nodes - budget), seconds };
    });
  });
}

/** The clusters of each subscription and region, with what of them fits into one sweep. */
function groupsOf(subscriptions: readonly SubscriptionPlan[], regions: readonly RegionPlan[]): Group[] {
  return regions.map(({ subscription, region, nodes, budget }) => {
    const fits = Math.min(1, budget / nodes);
    const own = subscriptions.filter((each) => each.subscription === subscription).flatMap(({ clusters }) => clusters);
    const clusters = own.filter((each) => each.region === region && each.probed > 0);
    return { clusters: clusters.map(({ probed, slices }) => ({ nodes: Math.ceil(probed * fits), slices: Math.ceil(slices * fits) })) };
  });
}

function warn(settings: Settings, { subscriptions, regions }: Pick<FleetPlan, 'subscriptions' | 'regions'>): string[] {
  const clusters = subscriptions.flatMap((each) => each.clusters);
  return [
    ...scopeWarnings(settings, subscriptions),
    ...maintenanceWarnings(clusters),
    ...clusters.flatMap(({ cluster, error }) => (error === null ? [] : [`the nodes of ${cluster} could not be listed: ${error}`])),
    ...clusters.flatMap(({ cluster, unread }) =>
      unread.map(({ part, reason }) => `a part of ${cluster} could not be read (${reason}): ${part}`),
    ),
    ...clusters.flatMap(({ cluster, missing }) =>
      Object.entries(missing).map(
        ([pool, nodes]) =>
          `the pool ${pool} of ${cluster} has ${nodes} more node${nodes === 1 ? '' : 's'} than machines were found for; if that stands, nobody watches ${nodes === 1 ? 'it' : 'them'}: compare it with its scale set`,
      ),
    ),
    ...subscriptions.flatMap(missingRights),
    ...regions
      .filter(({ overBudget }) => overBudget > 0)
      .map(
        ({ subscription, region, nodes, budget }) =>
          `${nodes} nodes of ${subscription} in ${region} are more than the ${budget} that a sweep can start there; each is probed every ${Math.ceil(nodes / budget)} sweeps. Sweep less often (SWEEP_SCHEDULE), or raise STARTS_PER_MINUTE within what Azure grants`,
      ),
  ];
}

function addUp(subscriptions: readonly SubscriptionPlan[]): FleetPlan['totals'] {
  const clusters = subscriptions.flatMap((each) => each.clusters);
  const skipped: Record<string, number> = {};
  for (const cluster of clusters)
    for (const [reason, count] of Object.entries(cluster.skipped)) skipped[reason] = (skipped[reason] ?? 0) + count;
  return { clusters: clusters.length, probed: clusters.reduce((total, { probed }) => total + probed, 0), skipped };
}

/** Prints what a sweep would do, with the caller's own sign-in, without running anything on a node. Returns the exit status: 1 if there is something to fix. */
export async function runPlanCommand(format: Format, settings: Settings): Promise<number> {
  const attempts = countAttempts();
  try {
    return await planWith(format, settings, attempts);
  } catch (error) {
    const tried = attempts.explain(error);
    throw tried === undefined ? error : new Error(tried, { cause: error });
  }
}

/** Whether a sweep sends such a request too: it reads neither rights nor the names of subscriptions. */
const isOfSweep = (url: string) => !/Microsoft\.Authorization|\/subscriptions\/[^/?]+\?/.test(url);

async function planWith(format: Format, settings: Settings, attempts: Attempts): Promise<number> {
  const requests = countRequests(isOfSweep);
  const credential = new DefaultAzureCredential({ managedIdentityClientId: settings.AZURE_CLIENT_ID });
  const arm = connectArm(settings, credential, [requests.policy, attempts.policy]);
  const subscriptions = await planFleet(arm, settings, new Date(), (line) => process.stderr.write(`${line}\n`));
  const occurrence = nextOccurrence(settings.SWEEP_SCHEDULE, new Date());
  const intervalSeconds = intervalAfter(settings.SWEEP_SCHEDULE, occurrence) / 1000;
  const regions = planRegions(subscriptions, settings, occurrence);
  const totals = addUp(subscriptions);
  const nodes = regions.reduce((total, region) => total + Math.min(region.nodes, region.budget), 0);
  const sweep = addUpExecutions(estimateSweep(groupsOf(subscriptions, regions), subscriptions.length, settings));
  const volume = { clusters: totals.clusters, nodes, executions: sweep.count, seconds: sweep.seconds, intervalSeconds };
  const lines = estimateCost({ ...volume, retentionDays: settings.RETENTION_DAYS });
  const plan: FleetPlan = {
    subscriptions,
    regions,
    totals,
    intervalSeconds,
    armRequests: { inventory: requests.take(), probes: nodes * REQUESTS_PER_PROBE },
    sweep: { executions: Math.round(sweep.count), billedSeconds: Math.round(sweep.seconds) },
    cost: { lines, usdAMonth: Math.round(lines.reduce((total, { usd }) => total + usd, 0) * 100) / 100 },
    grants: describeGrants(subscriptions),
    rightsUnknown: subscriptions.filter(areRightsUnknown).map(({ subscription }) => subscription),
    notes: missingDiagnosis(subscriptions),
    warnings: warn(settings, { subscriptions, regions }),
  };
  process.stdout.write(printPlan(plan, format));
  return plan.warnings.length > 0 ? 1 : 0;
}
