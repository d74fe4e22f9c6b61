import { type FaultId, faults } from '../../local/simulator/faults.ts';
import type { Chronicle } from './chronicle.ts';
import type { Trouble } from './troubles.ts';

/** A stretch of time, in milliseconds since 1970. */
export interface Stretch {
  from: number;
  until: number;
}

/** A fault while it was in force. */
export interface InForce extends Stretch {
  target: string;
  fault: FaultId;
  nodes: readonly string[];
}

/** What was true when. */
export interface Truth {
  all: readonly InForce[];
  /** When a node, `cluster/node`, could not reach its API server. */
  sick(node: string): Stretch[];
  /** When so many nodes of a cluster could not that the cluster is the subject: two, and half of them. */
  down(cluster: string): Stretch[];
  /** When a node, or one of a cluster, was made, replaced, stopped, locked or taken away. */
  comings(subject: string): Stretch[];
  /** The name by which the record knows a node that was renamed. */
  formerly(cluster: string, node: string): string;
  /** By how much the clock of an instance is wrong at most. */
  skewMs: number;
  /** By how much times that the prober writes may be off: starts take a moment, and clocks are wrong. */
  slackMs: number;
  /** How late a result may be read: messages are late, and what a process held that died is seen again when its lease is over. */
  lateMs: number;
}

/** With these a node or a cluster comes or goes, or may not be touched. */
const COMINGS: readonly FaultId[] = [
  ...(['gone', 'replaced', 'deallocated', 'cluster-stopped', 'cluster-stopping', 'cluster-deleting', 'cluster-gone'] as const),
  ...(['cluster-locked', 'node-group-gone'] as const),
];
const SLACK_MS = 90_000;
const LEASE_MS = 600_000;
/** For so long a run is polled whose state cannot be read. */
const POLLED_MS = 270_000;

function latenessOf(trouble: Trouble): number {
  if (trouble.kind === 'messages') return trouble.lateSeconds * 1000;
  if (trouble.kind === 'kill') return LEASE_MS;
  return trouble.kind === 'storage' ? (trouble.until - trouble.from) * 60_000 : 0;
}

/** Whether a fault keeps nodes from their API server. */
export function isOutage(fault: FaultId): boolean {
  const { layer, verdict } = faults[fault];
  return verdict === 'unreachable' && ['server', 'node', 'network'].includes(layer);
}

export const overlaps = (a: Stretch, b: Stretch) => a.from < b.until && b.from < a.until;

/** The stretches in which at least `least` of the given ones last. */
export function whereAtLeast(stretches: readonly Stretch[], least: number): Stretch[] {
  const changes = stretches
    .flatMap(({ from, until }) => [
      { at: from, by: 1 },
      { at: until, by: -1 },
    ])
    .sort((a, b) => a.at - b.at || b.by - a.by);
  const found: Stretch[] = [];
  let [count, since] = [0, 0];
  for (const { at, by } of changes) {
    if (count < least && count + by >= least) since = at;
    if (count >= least && count + by < least) found.push({ from: since, until: at });
    count += by;
  }
  return found.filter(({ from, until }) => until > from);
}

/** Reads from the simulator's record what was true when. */
export function readTruth({ record, fleet, plan, start }: Pick<Chronicle, 'record' | 'fleet' | 'plan' | 'start'>): Truth {
  const all: InForce[] = [];
  const open = new Map<string, InForce>();
  for (const { at, target, fault, nodes } of record.switches) {
    const time = Date.parse(at);
    const before = open.get(target);
    if (before !== undefined) before.until = time;
    open.delete(target);
    if (fault === null) continue;
    const next = { target, fault, nodes, from: time, until: Number.POSITIVE_INFINITY };
    open.set(target, next);
    all.push(next);
  }
  const outages = all.filter(({ fault }) => isOutage(fault));
  const renamed = plan.troubles.filter((each) => each.kind === 'renamed');
  const formerly = (cluster: string, node: string) => renamed.find((each) => each.cluster === cluster && each.to === node)?.node ?? node;
  const sick = (given: string) => {
    const [cluster, name] = given.split('/') as [string, string];
    const node = `${cluster}/${formerly(cluster, name)}`;
    return whereAtLeast(
      outages.filter(({ nodes }) => nodes.includes(node)),
      1,
    );
  };
  const isUnpolled = plan.troubles.some((each) => each.kind === 'azure' && each.calls.includes('polls'));
  const skewMs = Math.max(0, ...plan.troubles.map((each) => (each.kind === 'clock' ? Math.abs(each.seconds) * 1000 : 0)));
  return {
    all,
    sick,
    down(cluster) {
      const { nodes } = fleet.find((each) => each.cluster === cluster)!;
      const each = nodes.flatMap((node) => sick(`${cluster}/${node}`));
      return whereAtLeast(each, Math.max(2, Math.ceil(nodes.length / 2)));
    },
    comings: (subject) => [
      ...all.filter(
        ({ fault, nodes }) => COMINGS.includes(fault) && nodes.some((node) => node === subject || node.startsWith(`${subject}/`)),
      ),
      ...renamed
        .filter(({ cluster, node, to }) => [cluster, `${cluster}/${node}`, `${cluster}/${to}`].includes(subject))
        .map(({ from, until }) => ({ from: start + from * 60_000, until: start + until * 60_000 })),
    ],
    formerly,
    skewMs,
    slackMs: SLACK_MS + skewMs,
    lateMs: plan.troubles.reduce((total, each) => total + latenessOf(each), isUnpolled ? POLLED_MS : 0),
  };
}
