import { type ArmReply, armError, ok } from '../arm-reply.ts';
import type { ArmRoute } from '../match-arm-route.ts';
import type { Network } from './keep-network.ts';
import { etagOf, type Resource, type Resources } from './resource.ts';

const ofNetwork =
  /^(VirtualNetworks|Subnets|NetworkSecurityGroups|RouteTables|NatGateways|PublicIPAddresses|PublicIPPrefixes|PrivateEndpoints|NetworkInterfaces|LoadBalancers|AzureFirewalls|PrivateZones|VirtualNetworkLinks|RecordSets|AvailabilityStatuses|Events)_/;
const idIn = (url: URL) => decodeURIComponent(url.pathname).toLowerCase().replace(/\/$/, '');

/** Whether a request is about networks or health, or about a machine that is an appliance of a hub. */
export function answersNetwork(network: Network, { operation }: ArmRoute, url: URL): boolean {
  if (ofNetwork.test(operation)) return true;
  return /^VirtualMachines_(Get|InstanceView)$/.test(operation) && network.resources().has(idIn(url).replace(/\/instanceview$/, ''));
}

/**
 * Answers a request for a resource, or for a list of those below one.
 *
 * @param gone - resource groups that no longer exist.
 */
export function answerNetwork(network: Network, route: ArmRoute, url: URL, gone: ReadonlySet<string>): ArmReply {
  const resources = network.resources();
  const id = idIn(url);
  const group = route.resourceGroup?.toLowerCase();
  if (group !== undefined && (gone.has(group) || !hasGroup(resources, route.subscription, group)))
    return armError(404, 'ResourceGroupNotFound', `Resource group '${route.resourceGroup}' could not be found.`);
  if (route.operation === 'Events_ListBySubscriptionId') return listBelow(resources, id, undefined);
  if (route.operation === 'VirtualNetworkLinks_List') return listBelow(resources, id, id.replace(/\/virtualnetworklinks$/, ''));
  const found = resources.get(id.replace(/(\/virtualmachines\/[^/]+)\/instanceview$/, '$1'));
  if (found === undefined) return notFound(resources, route, id);
  if (route.operation === 'VirtualMachines_InstanceView') return ok(found.properties.instanceView);
  return ok(describe(resources, found, url.searchParams.get('$expand')?.toLowerCase() === 'instanceview'));
}

function hasGroup(resources: Resources, subscription: string, group: string): boolean {
  const start = `/subscriptions/${subscription.toLowerCase()}/resourcegroups/${group}/`;
  return [...resources.keys()].some((id) => id.startsWith(start));
}

function listBelow(resources: Resources, path: string, parent: string | undefined): ArmReply {
  if (parent !== undefined && !resources.has(parent)) return armError(404, 'ResourceNotFound', `The Resource '${parent}' was not found.`);
  const below = [...resources].filter(([id]) => id.startsWith(`${path}/`)).map(([, found]) => describe(resources, found, false));
  return ok({ value: below });
}

function describe(resources: Resources, found: Resource, withView: boolean) {
  const { instanceView, ...others } = found.properties;
  const properties = { ...others, ...(withView && instanceView !== undefined && { instanceView }), ...derivedOf(resources, found) };
  return { ...found, etag: etagOf(properties), properties };
}

/** What Azure tells of a resource, and is kept elsewhere: the subnets of a VNet, the number of things in a zone. */
function derivedOf(resources: Resources, { id, type }: Resource): Record<string, unknown> {
  const below = (kind: string) =>
    [...resources].filter(([each]) => each.startsWith(`${id}/${kind}/`.toLowerCase())).map(([, child]) => child);
  if (type === 'Microsoft.Network/virtualNetworks')
    return { subnets: below('subnets').map((subnet) => ({ ...subnet, etag: etagOf(subnet.properties) })) };
  if (type === 'Microsoft.Network/privateDnsZones')
    // The SOA record is there from the beginning.
    return { numberOfRecordSets: below('A').length + 1, numberOfVirtualNetworkLinks: below('virtualNetworkLinks').length };
  return {};
}

function notFound(resources: Resources, { operation, action, resourceGroup, name, parent }: ArmRoute, id: string): ArmReply {
  if (operation === 'RecordSets_Get')
    return armError(404, 'NotFound', `The resource record '${name}' does not exist in resource group '${resourceGroup}'.`);
  if (operation === 'Subnets_Get' && resources.has(id.replace(/\/subnets\/.*/, '')))
    return armError(404, 'NotFound', `Resource ${id} not found.`);
  const type = operation === 'Subnets_Get' ? 'Microsoft.Network/virtualNetworks' : action.replace(/\/read$/, '');
  const message = `The Resource '${type}/${operation === 'Subnets_Get' ? parent : name}' under resource group '${resourceGroup}' was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix`;
  return armError(404, 'ResourceNotFound', message);
}
