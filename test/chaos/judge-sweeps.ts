import type { Chronicle, SeenSweep } from './chronicle.ts';
import { isOutage, overlaps, type Truth } from './truth.ts';

/** Reasons of nodes of which no verdict is expected. */
const NONE_EXPECTED = [
  ...['NotRunning', 'Deallocated', 'Deleting', 'Creating', 'NodeStopping', 'NodeStarting', 'NodeUpdating', 'ClusterStopped', 'ClusterGone'],
  ...['ClusterStopping', 'ClusterStarting', 'ClusterCreating', 'ClusterDeleting', 'Excluded', 'TooYoung'],
];
/** A node that runs again is left alone for so long, from the sweep on that sees it. */
const GRACE_MS = 600_000;

type Completed = SeenSweep & { completedAt: string; ledger: NonNullable<SeenSweep['ledger']> };

const isCompleted = (sweep: SeenSweep): sweep is Completed => sweep.completedAt !== null && sweep.ledger !== null;

/** The counts add up, and the coverage is what they say. */
function judgeLedger({ id, ledger, coverage }: Completed): string[] {
  const { known, reachable, unreachable, unknown, notProbed, byReason } = ledger;
  const total = Object.values(byReason).reduce((sum, count) => sum + count, 0);
  const problems: string[] = [];
  if (known !== reachable + unreachable + unknown + notProbed || known !== total)
    problems.push(`sweep ${id}: its ledger does not add up: ${JSON.stringify(ledger)}`);
  const expected = known - NONE_EXPECTED.reduce((sum, reason) => sum + (byReason[reason] ?? 0), 0);
  const share = expected <= 0 ? null : (reachable + unreachable) / expected;
  const isSame = share === null ? coverage === null : coverage !== null && Math.abs(coverage - share) < 1e-9;
  if (!isSame) problems.push(`sweep ${id}: its coverage is ${coverage}, by its ledger ${share}`);
  return problems;
}

/** The end of the last sweep that probed each node, `cluster/node`. */
function lastProbed(before: readonly Completed[]): Map<string, number> {
  const probed = before.flatMap(({ completedAt, outcomes }) =>
    Object.entries(outcomes).flatMap(([cluster, all]) =>
      all
        .filter(([, outcome]) => !outcome.startsWith('notProbed/'))
        .map(([node]) => [`${cluster}/${node}`, Date.parse(completedAt)] as const),
    ),
  );
  return new Map(probed);
}

/** Each node has one outcome, and what it says was so. */
function judgeOutcomes(
  { id, startedAt, completedAt, outcomes, ledger }: Completed,
  before: readonly Completed[],
  { record, fleet, intervalMs }: Chronicle,
  truth: Truth,
): string[] {
  const problems: string[] = [];
  const stretch = { from: Math.min(Date.parse(id), Date.parse(startedAt)) - truth.slackMs, until: Date.parse(completedAt) + truth.slackMs };
  const probed = lastProbed(before);
  for (const [cluster, all] of Object.entries(outcomes)) {
    for (const [node, outcome] of all) {
      // A result that is read late belongs to the sweep that reads it: so does one of a run that went on when the sweep before had ended.
      const since = Math.min(stretch.from, (probed.get(`${cluster}/${node}`) ?? stretch.from) - truth.skewMs);
      const read = { from: since - truth.lateMs, until: stretch.until };
      const [verdict, reason = ''] = outcome.split('/');
      const what = `sweep ${id}: ${cluster}/${node} is ${outcome}`;
      const runs = record.runs.filter(
        (run) =>
          run.cluster === cluster && run.node === truth.formerly(cluster, node) && run.endedAt !== undefined && holds(read, run.endedAt),
      );
      const met = runs.map((run) => run.met !== undefined && isOutage(run.met));
      if (verdict === 'reachable' && !met.includes(false)) problems.push(`${what}, and no run of it said so`);
      if (verdict === 'unreachable' && !met.includes(true)) problems.push(`${what}, and no run of it said so`);
      const lately = { from: read.from - GRACE_MS - 3 * intervalMs, until: stretch.until };
      if (NONE_EXPECTED.includes(reason) && !truth.comings(`${cluster}/${node}`).some((each) => overlaps(each, lately)))
        problems.push(`${what}, and it was not`);
    }
  }
  // A node may have been tallied by two slices, and counts once.
  const names = new Set(Object.entries(outcomes).flatMap(([cluster, all]) => all.map(([node]) => `${cluster}/${node}`)));
  const { MachinesMissing = 0, Lost = 0 } = ledger.byReason;
  const isWhole = Lost === 0 && fleet.every(({ cluster }) => outcomes[cluster] !== undefined);
  if (isWhole && ledger.known - MachinesMissing !== names.size)
    problems.push(`sweep ${id}: ${names.size} nodes have an outcome, and ${ledger.known} are counted`);
  return problems;
}

const holds = ({ from, until }: { from: number; until: number }, time: string) => from <= Date.parse(time) && Date.parse(time) <= until;

/** No node that a sweep knew is missing in a later one while it is there. */
function judgeKnown(sweeps: readonly Completed[], { fleet, intervalMs }: Chronicle, truth: Truth): string[] {
  const known = new Map<string, Set<string>>();
  return sweeps.flatMap(({ id, completedAt, outcomes, ledger }) =>
    Object.entries(outcomes).flatMap(([cluster, all]) => {
      const before = known.get(cluster) ?? new Set();
      const now = new Set(all.map(([node]) => node));
      // A name that a node had for a while is not one of the fleet.
      const ofFleet = fleet.find((each) => each.cluster === cluster)?.nodes ?? [];
      known.set(cluster, new Set([...before, ...ofFleet.filter((node) => now.has(node))]));
      const stretch = { from: Date.parse(id) - 3 * intervalMs, until: Date.parse(completedAt) };
      // Of a cluster that was not planned in time all are lost, and counted.
      if ((ledger.byReason.Lost ?? 0) >= before.size) return [];
      return [...before]
        .filter((node) => !now.has(node) && !truth.comings(`${cluster}/${node}`).some((each) => overlaps(each, stretch)))
        .map((node) => `sweep ${id}: ${cluster}/${node} is forgotten: ${JSON.stringify([all, ledger.byReason])}`);
    }),
  );
}

/** After some sweeps of calm every sweep is held, complete, and sees every node. */
function judgeCalm({ sweeps, fleet, plan, start, intervalMs, calmSweeps }: Chronicle): string[] {
  const nodes = fleet.reduce((total, each) => total + each.nodes.length, 0);
  const first = start + plan.calmFrom * 60_000 + calmSweeps * intervalMs;
  const last = start + plan.end * 60_000 - intervalMs / 2;
  const problems: string[] = [];
  for (let at = first; at <= last; at += intervalMs) {
    const id = new Date(at).toISOString().replace('.000Z', 'Z');
    const sweep = sweeps.find((each) => each.id === id);
    if (sweep === undefined || !isCompleted(sweep))
      problems.push(`calm: the sweep ${id} is ${sweep === undefined ? 'missing' : 'not complete'}`);
    else if (sweep.ledger.reachable !== nodes || sweep.ledger.known !== nodes || sweep.coverage !== 1)
      problems.push(`calm: the sweep ${id} sees ${sweep.ledger.reachable} of ${nodes} nodes: ${JSON.stringify(sweep.ledger.byReason)}`);
  }
  return problems;
}

/** Every sweep is completed, and tells the truth of each node. */
export function judgeSweeps(chronicle: Chronicle, truth: Truth): string[] {
  const { sweeps, start, plan, intervalMs } = chronicle;
  const completed = sweeps.filter(isCompleted);
  const open = sweeps.filter((each) => !isCompleted(each) && Date.parse(each.id) < start + plan.end * 60_000 - 2 * intervalMs);
  return [
    ...open.map(({ id }) => `the sweep ${id} was never completed`),
    ...completed.flatMap((each, n) => [...judgeLedger(each), ...judgeOutcomes(each, completed.slice(0, n), chronicle, truth)]),
    ...judgeKnown(completed, chronicle, truth),
    ...judgeCalm(chronicle),
  ];
}
