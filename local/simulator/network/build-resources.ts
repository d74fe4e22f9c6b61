import { guidOf } from '../guid-of.ts';
import { tenantId } from '../issue-tokens.ts';
import type { World } from '../lay-out-fleet.ts';
import { describeAccess } from './describe-access.ts';
import { describeHealth, serviceEvent } from './describe-health.ts';
import { describeHub } from './describe-hub.ts';
import { describeNsgs } from './describe-nsg.ts';
import { describeOutbound } from './describe-outbound.ts';
import { describePrivateServer } from './describe-private-server.ts';
import { describeVnet } from './describe-vnet.ts';
import { type ClusterPlace, placeOf } from './place-cluster.ts';
import { placeHub } from './place-hub.ts';
import { type Resource, type Resources, resource } from './resource.ts';

/** All that a fleet has of networks and what belongs to them, while nothing is wrong. */
export function buildResources({ subscriptions, clusters, hubs }: World): Resources {
  const all = [
    ...clusters.map(placeOf).flatMap(describeNetwork),
    ...hubs.flatMap((hub) => describeHub(placeHub(hub), clusters.filter((cluster) => cluster.hub === hub).map(placeOf))),
    // Something is wrong with some service somewhere at any time.
    ...subscriptions.map(({ id }) =>
      serviceEvent(id, 'QK3V-9P8', 'Azure Monitor - delayed log data', { service: 'Azure Monitor', region: 'Japan East' }),
    ),
  ];
  return new Map(all.map((each) => [each.id.toLowerCase(), each]));
}

function describeNetwork(place: ClusterPlace): Resource[] {
  return [
    ...describeVnet(place),
    ...describeNsgs(place),
    ...describeOutbound(place),
    ...describePrivateServer(place),
    describeAccess(place),
    describeHealth(place),
    describeRoleAssignment(place),
  ];
}

function describeRoleAssignment({ roleAssignment, cluster, vnet }: ClusterPlace): Resource {
  return resource(roleAssignment, {
    roleDefinitionId: `/subscriptions/${cluster.subscriptionId}/providers/Microsoft.Authorization/roleDefinitions/${guidOf('network reader')}`,
    principalId: guidOf('identity'),
    principalType: 'ServicePrincipal',
    scope: vnet.split('/providers/')[0],
    tenantId,
  });
}
