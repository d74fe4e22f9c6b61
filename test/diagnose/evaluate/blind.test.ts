import { describe, expect, it } from 'vitest';
import {
  behindNat,
  blind,
  CLUSTER_ID,
  change,
  cluster,
  codes,
  FIREWALL_ID,
  firewall,
  HUB_ID,
  hubPeering,
  idOf,
  NAT_ID,
  NETWORK_ID,
  network,
  nsg,
  type Parts,
  read,
  routed,
  rule,
  SUBNET_ID,
  subnet,
  TABLE_ID,
  toAppliance,
} from './world.ts';

const NSG_ID = idOf('networkSecurityGroups', 'nsg-shop');
const BALANCER_ID = idOf('loadBalancers', 'kubernetes');
const denies = { subnetNsg: nsg('nsg-shop', rule({ destinations: ['0.0.0.0/0'] })) };
const drops = routed([{ ...toAppliance, type: 'None' }]);
const dead = { ...routed([toAppliance]), network: network({ peerings: [hubPeering()] }), nextHop: firewall({ addresses: [] }) };
const isolated = {
  cluster: cluster({ outboundType: 'loadBalancer' }),
  subnet: subnet({ defaultOutboundAccess: false }),
  outboundBalancer: read({ id: BALANCER_ID, letsOut: false }),
};

/** Settings that cut nodes off, and what is changed by whoever makes them so. */
const table: readonly [string, Parts['configuration'], readonly string[]][] = [
  ['NsgDenies', denies, [NSG_ID, `${NSG_ID}/securityRules/deny-443`]],
  ['RouteDrops', drops, [TABLE_ID, `${TABLE_ID}/routes/def`]],
  ['NextHopDead', dead, [FIREWALL_ID, TABLE_ID, `${TABLE_ID}/routes/def`]],
  ['NatWithoutAddress', behindNat({ addressIds: [] }), [NAT_ID]],
  ['NoOutboundPath', isolated, [BALANCER_ID, `${BALANCER_ID}/outboundRules/out`, SUBNET_ID, NETWORK_ID, CLUSTER_ID]],
];
const first = (parts: Parts) => codes({ ...parts, observation: { ...blind, ...parts.observation } })[0];

describe.each(table)('of nodes that gave no verdict, %s', (code, configuration, ids) => {
  it('is a suspicion where the settings have long been so, or something else was changed', () => {
    expect(codes({ configuration, observation: blind })).toEqual([`suspicion ${code}`]);
    expect(first({ configuration, changes: ids.map((id) => change(id, 61)) })).toBe(`suspicion ${code}`);
    expect(first({ configuration, changes: ids.map((id) => change(id, 4, { by: 'AKS itself' })) })).toBe(`suspicion ${code}`);
    expect(codes({ configuration, observation: blind, changes: [change(HUB_ID, 4)] })).toContain(`suspicion ${code}`);
  });

  it.each(ids)('is a cause where %s was changed just before', (id) => {
    expect(first({ configuration, changes: [change(id, 4)] })).toBe(`cause ${code}`);
    // What is named already is no other suspicion.
    expect(codes({ configuration, observation: blind, changes: [change(id, 4)] })).not.toContain('suspicion RecentChange');
  });

  it('needs no change where nodes saw that everything is out of reach', () => {
    expect(codes({ configuration, observation: { egress: 'fails' } })).toEqual([`cause ${code}`]);
  });
});
