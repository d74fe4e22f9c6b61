import type { FaultId } from '../../local/simulator/faults.ts';
import { HUB } from './campaign-fleet.ts';
import { type Dice, rollDice } from './dice.ts';
import type { AzureCalls, CampaignPlan, SinkName, Trouble } from './troubles.ts';

/** The clusters of a campaign, with the nodes of each. */
export type FleetNames = readonly { cluster: string; nodes: readonly string[] }[];

const CALM_FROM = 30;
/** Two sweeps later every node is to be well. */
const WELL_FROM = 39.9;
const END = 52.5;
/** Faults that keep a verdict from a node, and say nothing of its way to the API server. */
const OF_NODES: readonly FaultId[] = [
  ...(['agent-silent', 'agent-dead', 'no-output', 'half-output', 'cut-output', 'stale-output', 'no-output-property'] as const),
  ...(['operation-preempted', 'operation-gone', 'busy', 'bad-gateway', 'throttled', 'extensions-disallowed'] as const),
];
const OF_CLUSTERS: readonly FaultId[] = [
  ...(['untagged', 'cluster-unlisted', 'lists-broken', 'lists-throttled', 'throttled', 'scope-locked', 'access-denied'] as const),
  ...(['no-output', 'stale-output', 'operation-gone', 'cluster-hidden'] as const),
];
/** Faults of a whole subscription. */
const OF_SUBSCRIPTIONS: readonly FaultId[] = ['access-denied', 'throttled', 'lists-throttled', 'subscription-disabled', 'no-output'];
/** What comes and goes: nodes that vanish and appear, machines and clusters that are stopped. */
const COMING: readonly FaultId[] = ['gone', 'replaced', 'deallocated'];
const STOPPING: readonly FaultId[] = ['cluster-stopped', 'cluster-stopping', 'cluster-locked'];
const OUTAGES: readonly FaultId[] = ['refused', 'black-hole', 'silent', 'kubeconfig-broken'];
const CALLS: readonly AzureCalls[] = ['reads', 'lists', 'starts', 'polls', 'tokens'];
const FORGED = [
  '{"v":1,"kind":"start-slice","deadline":"soon"}',
  'no JSON at all',
  '{"v":1,"kind":"reboot-node","deadline":"2099-01-01T00:00:00.000Z","cluster":"a.b.c"}',
];

/** Outages that are real, of one node, of a cluster, or of all clusters behind the hub, some until after the troubles. */
function planOutages(dice: Dice, fleet: FleetNames): Trouble[] {
  const planned: Trouble[] = [];
  const outage = (target: string, fault: FaultId) => {
    const from = dice.between(6, 17);
    const until = dice.chance(0.35) ? dice.between(36.6, 38.5) : from + (dice.chance(0.25) ? dice.between(2, 7) : dice.between(17, 22));
    planned.push({ kind: 'fault', target, fault, from, until });
    // It returns soon after.
    const again = until + dice.between(1, 6);
    if (dice.chance(0.2) && until < CALM_FROM)
      planned.push({ kind: 'fault', target, fault, from: again, until: Math.min(WELL_FROM, again + dice.between(1, 6)) });
  };
  const [hit, ...others] = dice.shuffle(fleet);
  const isOfHub = dice.chance(0.2);
  if (isOfHub) outage(HUB, 'firewall-answers');
  else if (dice.chance(0.6)) outage(hit!.cluster, dice.chance(0.3) ? 'nsg-denies' : dice.pick(OUTAGES));
  // One node of three or more is no outage of its cluster.
  for (const { cluster, nodes } of others)
    if (nodes.length >= 3 && !isOfHub && dice.chance(0.45)) outage(`${cluster}/${dice.pick(nodes)}`, dice.pick(OUTAGES));
  return planned;
}

/** A window of minutes within the troubled time. */
function windowOf(dice: Dice, shortest: number, longest: number): { from: number; until: number } {
  const from = dice.between(5.2, CALM_FROM - shortest - 1);
  return { from, until: Math.min(CALM_FROM, from + dice.between(shortest, longest)) };
}

function planTroubles(dice: Dice, fleet: FleetNames, hit: ReadonlySet<string>): Trouble[] {
  const clusterOf = (target: string) => target.split('/')[0]!;
  const spared = fleet.filter(({ cluster }) => ![...hit].some((target) => target === HUB || clusterOf(target) === cluster));
  const anyNode = () => {
    const { cluster, nodes } = dice.pick(fleet);
    return `${cluster}/${dice.pick(nodes.filter((node) => !hit.has(`${cluster}/${node}`)))}`;
  };
  const makers: (() => Trouble | readonly Trouble[] | undefined)[] = [
    () => ({ kind: 'azure', calls: [dice.pick(CALLS)], share: dice.between(0.2, 1), ...windowOf(dice, 1, 8) }),
    () => ({ kind: 'azure', calls: CALLS, share: dice.between(0.05, 0.35), ...windowOf(dice, 4, 18) }),
    () => ({ kind: 'azure', calls: CALLS, share: 1, ...windowOf(dice, 0.5, 4) }),
    () => ({ kind: 'sink', sink: dice.pick<SinkName>(['ingestion', 'webhook']), share: dice.pick([0.5, 1]), ...windowOf(dice, 2, 20) }),
    () => ({ kind: 'storage', share: dice.between(0.02, 0.15), ...windowOf(dice, 1, 12) }),
    () => ({ kind: 'storage', share: 1, ...windowOf(dice, 0.3, 4) }),
    () => ({
      kind: 'messages',
      ...{ twice: dice.between(0, 0.15), late: dice.between(0, 0.3), lateSeconds: dice.pick([5, 60, 400]) },
      ...windowOf(dice, 5, 25),
    }),
    () => ({ kind: 'timer', fires: dice.pick(['never', 'twice']), ...windowOf(dice, 5, 20) }),
    () => ({ kind: 'clock', instance: dice.whole(0, 1), seconds: dice.pick([-1, 1]) * dice.pick([20, 90, 400]), ...windowOf(dice, 2, 12) }),
    () => ({ kind: 'kill', instance: dice.whole(0, 1), afterRequests: dice.whole(1, 80), ...windowOf(dice, 0.2, 3) }),
    () => ({ kind: 'kill', instance: dice.whole(0, 1), afterRequests: dice.whole(1, 80), ...windowOf(dice, 0.2, 3) }),
    () => {
      // Nothing runs at all.
      const window = windowOf(dice, 1, 9);
      return [0, 1].map((instance) => ({ kind: 'kill' as const, instance, afterRequests: dice.whole(1, 40), ...window }));
    },
    () => ({ kind: 'fault', target: anyNode(), fault: dice.pick(OF_NODES), ...windowOf(dice, 2, 18) }),
    () => ({ kind: 'fault', target: anyNode(), fault: dice.pick(OF_NODES), ...windowOf(dice, 2, 18) }),
    () => spared[0] && { kind: 'fault', target: dice.pick(spared).cluster, fault: dice.pick(OF_CLUSTERS), ...windowOf(dice, 2, 14) },
    () => {
      const target = dice.pick(fleet).cluster.split('.')[0]!;
      return { kind: 'fault', target, fault: dice.pick(OF_SUBSCRIPTIONS), ...windowOf(dice, 1, 9) };
    },
    () => ({ kind: 'fault', target: anyNode(), fault: dice.pick(COMING), from: dice.between(5.2, 8), until: dice.between(9, 17) }),
    () =>
      spared[0] && {
        kind: 'fault',
        target: dice.pick(spared).cluster,
        fault: dice.pick(STOPPING),
        from: dice.between(5.2, 8),
        until: dice.between(9, 17),
      },
    () => {
      const chosen = spared[0] && dice.pick(spared);
      return chosen && { kind: 'upgrade', ...chosen, from: dice.between(5.2, 7), until: dice.between(12, 17) };
    },
    () => {
      const { cluster, nodes } = dice.pick(fleet);
      const node = dice.pick(nodes);
      if (hit.has(`${cluster}/${node}`)) return undefined;
      return { kind: 'renamed', cluster, node, to: renamed(node), from: dice.between(5.2, 8), until: dice.between(9, 17) };
    },
    () => {
      const { cluster, nodes } = dice.pick(fleet);
      const window = windowOf(dice, 0.1, 0.2);
      return { kind: 'person', asksFor: dice.pick(['check', 'check', 'sweep']), cluster, node: dice.pick(nodes), ...window };
    },
    () => ({ kind: 'stranger', text: dice.pick(FORGED), ...windowOf(dice, 1, 1) }),
  ];
  return Array.from({ length: dice.whole(4, dice.pick([9, 9, 18])) }, () => dice.pick(makers)()).flatMap((each) => each ?? []);
}

/** Another name for a node, which no other node is given: names differ in their last digit. */
const renamed = (node: string) => node.replace(/\d$/, (digit) => 'qrstuvwxyz'[Number(digit)]!);

/** Leaves out faults that would end another one: only one can be in force on a target. */
function withoutClashes(troubles: readonly Trouble[], hit: ReadonlySet<string>): Trouble[] {
  const taken = new Set(hit);
  return troubles.filter((trouble) => {
    if (trouble.kind === 'upgrade') {
      const targets = trouble.nodes.map((node) => `${trouble.cluster}/${node}`);
      if ([trouble.cluster, ...targets].some((target) => taken.has(target))) return false;
      for (const target of targets) taken.add(target);
      return true;
    }
    const target =
      trouble.kind === 'fault' ? trouble.target : trouble.kind === 'renamed' ? `${trouble.cluster}/${trouble.node}` : undefined;
    if (target === undefined) return true;
    if (taken.has(target)) return false;
    taken.add(target);
    return true;
  });
}

/** Decides what goes wrong in a campaign, and when: the same for the same seed and fleet. Pure. */
export function planCampaign(seed: number, fleet: FleetNames): CampaignPlan {
  const dice = rollDice(seed, 'plan');
  const outages = planOutages(dice, fleet);
  const hit = new Set(outages.flatMap((each) => (each.kind === 'fault' ? [each.target] : [])));
  const troubles = [...outages, ...withoutClashes(planTroubles(dice, fleet, hit), hit)];
  return { seed, calmFrom: CALM_FROM, end: END, troubles: troubles.sort((a, b) => a.from - b.from) };
}
