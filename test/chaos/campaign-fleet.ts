import type { FleetFile } from '../../local/simulator/fleet-schema.ts';
import { rollDice } from './dice.ts';

type Cluster = FleetFile['subscriptions'][number]['clusters'][number];
type Pool = Cluster['pools'][number];

const SUBSCRIPTIONS = ['cccccccc-0000-4000-8000-000000000001', 'cccccccc-0000-4000-8000-000000000002'] as const;
/** The hub of three of the clusters. */
export const HUB = 'hub-fw';

/** The clusters of a seed: small ones of all kinds of nodes, in two subscriptions, three of them behind one hub. */
export function campaignFleet(seed: number): FleetFile {
  const dice = rollDice(seed, 'fleet');
  const pool = (name: string, count: number, more: Partial<Pool> = {}): Pool => ({ name, count, zones: ['1', '2', '3'], ...more });
  const kinds: (() => Pool[])[] = [
    () => [pool('web', dice.whole(3, 4))],
    () => [pool('web', 2), pool('api', dice.whole(1, 2))],
    () => [pool('flex', dice.whole(2, 4), { type: 'FlexibleScaleSet' })],
    () => [pool('web', 2, { os: 'Windows' }), pool('sys', 1)],
    () => [pool('vms', 2, { type: 'VirtualMachines', zones: [] }), pool('web', 1)],
  ];
  const cluster = (name: string, pools: Pool[], behindHub: boolean): Cluster => ({
    name,
    resourceGroup: `rg-${name}`,
    location: dice.pick(['westeurope', 'northeurope']),
    kubernetesVersion: '1.33.5',
    pools,
    ...(behindHub && { network: { vnet: `vnet-${name}`, subnet: 'snet-aks', hub: HUB, outboundType: 'userDefinedRouting' } }),
  });
  const [first, ...others] = dice.shuffle(kinds);
  const clusters = ['ada', 'bob', 'cyd'].map((name, index) => cluster(name, (others[index] ?? first!)(), true));
  const alone = ['eve', 'fay']
    .slice(0, dice.whole(1, 2))
    .map((name, index) => cluster(name, (index === 0 ? first! : dice.pick(kinds))(), false));
  const firewall = { privateAddress: '10.0.0.4', publicAddress: '198.18.250.4' };
  const hub = { name: HUB, resourceGroup: 'rg-hub', location: 'westeurope', firewall };
  return {
    subscriptions: [
      { id: SUBSCRIPTIONS[0], name: 'Chaos 1', hubs: [hub], clusters: [clusters[0]!, alone[0]!] },
      { id: SUBSCRIPTIONS[1], name: 'Chaos 2', clusters: [clusters[1]!, clusters[2]!, ...alone.slice(1)] },
    ],
  };
}
