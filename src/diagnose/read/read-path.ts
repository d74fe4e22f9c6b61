import { parseTarget } from '../../model/resource-id.ts';
import type { ClusterSettings, Configuration, NicSettings, Read } from '../evaluate/configuration.ts';
import { settingOf } from '../evaluate/names.ts';
import { machineKind, nicKind, scaleSetKind } from './kinds/cluster.ts';
import {
  loadBalancerKind,
  natGatewayKind,
  publicAddressKind,
  publicPrefixKind,
  routeTableKind,
  subnetKind,
  virtualNetworkKind,
} from './kinds/network.ts';
import { nsgKind } from './kinds/security.ts';
import type { SettingsReader } from './read-settings.ts';

const MOST_ADDRESSES = 4;

/** Applies a function to what was read, and leaves the rest as it is. */
export function mapRead<T, U>(read: Read<T>, map: (value: T) => U): Read<U> {
  return read.status === 'read' ? { status: 'read', value: map(read.value) } : read;
}

/** The group of the nodes' own resources, as the start of an id. */
export function nodeGroupId({ id, nodeResourceGroup }: Pick<ClusterSettings, 'id' | 'nodeResourceGroup'>): string {
  return `/subscriptions/${id.split('/')[2]}/resourceGroups/${nodeResourceGroup}`;
}

/** Reads something where there is an id; undefined where the path has none. */
const where = <T>(id: string | undefined, read: (id: string) => Promise<Read<T>>): Promise<Read<T> | undefined> =>
  id ? read(id) : Promise.resolve(undefined);

/** Reads the network interface of a node: that of its scale set's model, or of the virtual machine itself. */
async function readNic(reader: SettingsReader, nodeId: string): Promise<Read<NicSettings>> {
  const target = parseTarget(nodeId);
  const ofScaleSet = nodeId.replace(/\/virtualMachines\/[^/]+\/?$/i, '');
  if (target?.kind !== 'vm') return reader.read(ofScaleSet, scaleSetKind);
  const machine = await reader.read(nodeId, machineKind);
  if (machine.status !== 'read') return machine;
  const [nicId = ''] = machine.value.nicIds;
  return mapRead(await reader.read(nicId, nicKind), ({ nic }) => nic);
}

/** The ids of the public addresses that the nodes may leave by. */
function addressIds(cluster: ClusterSettings | undefined, natIds: readonly string[]): string[] {
  const own = natIds.length > 0 ? natIds : [...(cluster?.natAddressIds ?? []), ...(cluster?.loadBalancerAddressIds ?? [])];
  return [...new Set(own.map((id) => id.toLowerCase()))].slice(0, MOST_ADDRESSES);
}

/** Reads public addresses and prefixes by their ids. */
export async function readAddresses(reader: SettingsReader, ids: readonly string[]): Promise<Map<string, Read<string>>> {
  const read = await Promise.all(ids.map((id) => reader.read(id, /\/publicIPPrefixes\//i.test(id) ? publicPrefixKind : publicAddressKind)));
  return new Map(ids.map((id, nth) => [id.toLowerCase(), read[nth]!]));
}

/** What lies between a node and the rest of the network. */
export type PathSettings = Required<Pick<Configuration, 'nic' | 'publicAddresses'>> &
  Pick<Configuration, 'subnet' | 'network' | 'nicNsg' | 'subnetNsg' | 'routeTable' | 'natGateway' | 'outboundBalancer'>;

/**
 * Reads what lies between a node and the rest of the network: interface, subnet, security groups, routes, NAT gateway and its addresses.
 *
 * @param nodeId - the resource id of a node that fails.
 * @param wantsAddresses - whether it matters by which public address the node leaves.
 */
export async function readPath(
  reader: SettingsReader,
  nodeId: string,
  cluster: ClusterSettings | undefined,
  wantsAddresses: boolean,
): Promise<PathSettings> {
  const nic = await readNic(reader, nodeId);
  const own = settingOf(nic);
  const networkId = own?.subnetId.replace(/\/subnets\/[^/]+$/i, '');
  const [subnet, network, nicNsg] = await Promise.all([
    where(own?.subnetId, (id) => reader.read(id, subnetKind)),
    where(networkId, (id) => reader.read(id, virtualNetworkKind)),
    where(own?.nsgId, (id) => reader.read(id, nsgKind)),
  ]);
  const { nsgId, routeTableId, natGatewayId } = settingOf(subnet) ?? {};
  const isBalanced = wantsAddresses && natGatewayId === undefined && cluster?.outboundType.toLowerCase() === 'loadbalancer';
  const [subnetNsg, routeTable, natGateway, outboundBalancer] = await Promise.all([
    where(nsgId, (id) => reader.read(id, nsgKind)),
    where(routeTableId, (id) => reader.read(id, routeTableKind)),
    where(natGatewayId, (id) => reader.read(id, natGatewayKind)),
    // AKS gives it its name.
    where(isBalanced ? `${nodeGroupId(cluster)}/providers/Microsoft.Network/loadBalancers/kubernetes` : undefined, (id) =>
      reader.read(id, loadBalancerKind),
    ),
  ]);
  const nat = settingOf(natGateway);
  const ids = wantsAddresses ? addressIds(cluster, [...(nat?.addressIds ?? []), ...(nat?.prefixIds ?? [])]) : [];
  const publicAddresses = await readAddresses(reader, ids);
  return { nic, subnet, network, nicNsg, subnetNsg, routeTable, natGateway, outboundBalancer, publicAddresses };
}
