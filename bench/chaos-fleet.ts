import type { ArmReply } from '../local/simulator/arm-reply.ts';
import type { Chaos } from '../local/simulator/chaos.ts';
import type { FleetFile } from '../local/simulator/fleet-schema.ts';
import type { SimulatedNode } from '../local/simulator/lay-out-fleet.ts';
import type { AzureRequest } from '../local/simulator/serve-azure.ts';
import type { Ledger } from '../src/model/ledger.ts';
import { GAP } from '../src/model/ledger.ts';
import type { OutageView } from '../src/views/outages.ts';

type Cluster = FleetFile['subscriptions'][number]['clusters'][number];

const subscriptions = ['cccccccc-0000-4000-8000-000000000001', 'cccccccc-0000-4000-8000-000000000002'] as const;
/** How many machines the pool `web` of the cluster `short` lacks. */
const MISSING = 3;
/** The cluster that has a real outage meanwhile. */
export const FAULTY = `${subscriptions[1]}.rg-faulty.faulty`;
/** The cluster whose first node gets the fault `agent-silent`: its run does not end, and nothing may be started beside it. */
export const SILENT = `${subscriptions[1]}.rg-plain.plain`;
const SILENT_START = /_plain_.*aks-web-\w+-vmss\/virtualMachines\/0\/runCommand$/i;

/**
 * A healthy fleet of all kinds of nodes, with a cluster that is stopped and a pool that lacks machines.
 *
 * @param scale - nodes of a large pool.
 */
export function chaosFleet(scale: number): FleetFile {
  const few = Math.max(2, Math.ceil(scale / 15));
  const cluster = (name: string, pools: Cluster['pools'], more: Partial<Cluster> = {}): Cluster => ({
    name,
    resourceGroup: `rg-${name}`,
    location: 'westeurope',
    kubernetesVersion: '1.33.5',
    pools,
    ...more,
  });
  const web = { name: 'web', count: scale };
  const first = [
    cluster('short', [web]),
    cluster('stopped', [{ name: 'web', count: few }], { powerState: 'Stopped' }),
    cluster('mixed', [
      { name: 'web', count: few, os: 'Windows' },
      { name: 'flex', count: few, type: 'FlexibleScaleSet' },
      { name: 'vms', count: few, type: 'VirtualMachines' },
    ]),
  ];
  const second = [cluster('faulty', [{ name: 'web', count: 2 * few }]), cluster('plain', [web, { ...web, name: 'api' }])];
  return { subscriptions: [first, second].map((clusters, n) => ({ id: subscriptions[n]!, name: `Chaos ${n + 1}`, clusters })) };
}

/** Makes the pool that lacks machines: it is to have more nodes than there are. */
async function withGap({ url }: AzureRequest, ask: () => Promise<ArmReply>): Promise<ArmReply> {
  const reply = await ask();
  if (reply.status !== 200 || !/\/managedClusters(\/short)?$/i.test(url.pathname)) return reply;
  // biome-ignore lint/suspicious/noExplicitAny: an answer of Azure.
  const body = structuredClone(reply.body) as any;
  for (const { name, properties } of body.value ?? [body]) if (name === 'short') properties.agentPoolProfiles[0].count += MISSING;
  return { ...reply, body };
}

/**
 * The option `intercept` of a simulator of this fleet. The start of the silent node's run is always answered: after one that was not, the prober may
 * start again, and Azure would refuse it.
 */
export function interceptWith({ intercept }: Pick<Chaos, 'intercept'>): Chaos['intercept'] {
  return (request, ask) => (SILENT_START.test(request.url.pathname) ? ask() : intercept(request, () => withGap(request, ask)));
}

/** What a node prints without running the script; those of a cluster that is down cannot reach their API server. */
export function answerOf({ cluster }: SimulatedNode, script: string, down: ReadonlySet<string>): string {
  const nonce = /^\$?NONCE ?= ?'([0-9a-f]{16})'/im.exec(script)?.[1];
  const [said, code] = down.has(cluster.id) ? ['dns=ok\ntcp=refused', 1] : ['ms=20\nserver=v1.33.5\nkubeconfig=ok', 0];
  return `\nAFP1 begin ${nonce}\n${said}\nAFP1 end ${nonce} rc=${code}\n`;
}

/** What was seen of the prober while calls to Azure failed. */
export interface Witnessed {
  /** The ledgers of completed sweeps, the oldest first; the last one came after the end of all failures. */
  ledgers: readonly Ledger[];
  /** The nodes that there are, and those that the prober knows at the end, as `<cluster>/<node>`. */
  nodes: readonly string[];
  known: readonly string[];
  /** Every outage that was recorded. */
  outages: readonly Pick<OutageView, 'subject' | 'start' | 'end'>[];
  /** When the real outage began and ended. */
  outage: { from: string; to: string };
  /** The names of the notifications of outages, with the clusters. */
  notified: readonly { name: string; cluster: string }[];
  runCommand: { mostAtOncePerNode: number };
}

const sums = ({ known, reachable, unreachable, unknown, notProbed, byReason }: Ledger) =>
  known === reachable + unreachable + unknown + notProbed && known === Object.values(byReason).reduce((total, count) => total + count, 0);
const withoutGap = ({ known, byReason }: Ledger) => known - (byReason[GAP] ?? 0);

/** Whether a sweep saw every node that can be seen. */
export function isGreen(ledger: Ledger, nodes: number): boolean {
  const { unreachable, unknown, byReason } = ledger;
  const unseen = (byReason.ClusterStopped ?? 0) + MISSING;
  return ledger.known === nodes + MISSING && ledger.reachable === nodes + MISSING - unseen && unreachable + unknown === 0;
}

/** What of all this must not be: two runs on a node, a false outage, a real one that was missed, a node that was forgotten, a ledger that does not add up. */
export function problemsIn({ ledgers, nodes, known, outages, outage, notified, runCommand }: Witnessed): string[] {
  const problems: string[] = [];
  if (runCommand.mostAtOncePerNode > 1) problems.push(`${runCommand.mostAtOncePerNode} runs at once on a node`);
  for (const { subject, start, end } of outages)
    if (subject.cluster !== FAULTY || start < outage.from || start > outage.to || end === null)
      problems.push(`a false outage: ${JSON.stringify({ subject, start, end })}`);
  for (const name of ['ClusterOutageStarted', 'ClusterOutageEnded']) {
    const count = notified.filter((each) => each.name === name && each.cluster === FAULTY).length;
    if (count !== 1) problems.push(`${count} × ${name} of the real outage`);
  }
  for (const { name, cluster } of notified) if (cluster !== FAULTY) problems.push(`a false notification: ${name} of ${cluster}`);
  const forgotten = nodes.filter((node) => !known.includes(node));
  if (forgotten.length > 0) problems.push(`forgotten: ${forgotten.join(', ')}`);
  let most = 0;
  for (const [n, ledger] of ledgers.entries()) {
    if (!sums(ledger)) problems.push(`the ledger of sweep ${n + 1} does not add up: ${JSON.stringify(ledger)}`);
    if (withoutGap(ledger) < most) problems.push(`sweep ${n + 1} knows ${withoutGap(ledger)} nodes, an earlier one ${most}`);
    most = Math.max(most, withoutGap(ledger));
  }
  if (!ledgers.some(({ byReason }) => (byReason[GAP] ?? 0) > 0)) problems.push('no ledger has the gap');
  const last = ledgers.at(-1);
  if (last === undefined || !isGreen(last, nodes.length)) problems.push(`the last sweep is not green: ${JSON.stringify(last)}`);
  return problems;
}
