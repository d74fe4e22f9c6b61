import { isIP } from 'node:net';
import * as z from '../../zod.ts';
import type { Configuration, NextHopSettings } from '../evaluate/configuration.ts';
import { settingOf } from '../evaluate/names.ts';
import { machineKind, nicKind } from './kinds/cluster.ts';
import type { Kind } from './kinds/kind.ts';
import { firewallKind, loadBalancerKind, subnetKind } from './kinds/network.ts';
import { graph, queryGraph } from './query-graph.ts';
import { mapRead } from './read-path.ts';
import type { SettingsReader } from './read-settings.ts';

/** Many networks of a tenant have the same addresses. */
const MOST_OWNERS = 100;
const TYPES = ['microsoft.network/azurefirewalls', 'microsoft.network/networkinterfaces', 'microsoft.network/loadbalancers'];

const json = z.pipe(
  z.unknown(),
  z.transform((value) => JSON.stringify(value ?? '')),
);

/** The rights by which owners of addresses are seen. */
const OWNERS = 'Microsoft.Network/azureFirewalls/read, Microsoft.Network/networkInterfaces/read, Microsoft.Network/loadBalancers/read';

const owners: Kind<{ id: string; type: string; properties: string }[]> = {
  ...graph,
  parse: (body) => z.object({ data: z.array(z.object({ id: z.string(), type: z.string(), properties: json })) }).parse(body).data,
};

/** What was read of a next hop. */
type Hop = Pick<Configuration, 'nextHop' | 'nextHopSubnet' | 'nextHopOwner' | 'nextHopMachine'>;

async function readOwner(reader: SettingsReader, id: string, type: string): Promise<Hop> {
  const nothing = { publicAddressIds: [] };
  if (type.toLowerCase() === TYPES[0]) {
    const read = await reader.read(id, firewallKind);
    if (read.status !== 'read') return { nextHop: read };
    const { subnetId, ...own } = read.value;
    const nextHopSubnet = subnetId === undefined ? undefined : await reader.read(subnetId, subnetKind);
    const subnet = settingOf(nextHopSubnet);
    const leaves = subnet === undefined ? 'unknown' : (subnet.natGatewayId ?? subnet.routeTableId) === undefined ? 'byItself' : 'otherwise';
    return { nextHop: { status: 'read', value: { kind: 'firewall', ...own, leaves } }, nextHopSubnet };
  }
  if (type.toLowerCase() === TYPES[2]) {
    const read = await reader.read(id, loadBalancerKind);
    return { nextHop: mapRead(read, ({ id: own, addresses }) => ({ kind: 'loadBalancer', id: own, addresses, ...nothing })) };
  }
  const read = await reader.read(id, nicKind);
  if (read.status !== 'read') return { nextHop: read };
  const { addresses, forwards, machineId } = read.value;
  const machine = machineId === undefined ? undefined : await reader.read(machineId, machineKind, '&$expand=instanceView');
  const machinePower = settingOf(machine)?.power;
  const value: NextHopSettings = { kind: 'networkInterface', id, addresses, forwards, machinePower, ...nothing };
  return { nextHop: { status: 'read', value }, nextHopMachine: machine };
}

const groupOf = (id: string) => id.toLowerCase().split('/').slice(0, 5).join('/');

/** What held an address, if it is of a kind that passes packets on, and is where one of the networks is. */
function formerOwner(owner: string | undefined, networks: readonly string[]): { id: string; type: string } | undefined {
  const type = TYPES.find((each) => owner?.toLowerCase().includes(`/providers/${each}/`));
  const isNear = owner !== undefined && networks.some((id) => groupOf(id) === groupOf(owner));
  return type !== undefined && isNear ? { id: owner, type } : undefined;
}

/**
 * Reads what holds the address that a route sends to. Resource Graph only says where to look, since it may be hours old; what counts is read by id.
 *
 * @param networks - ids of the networks to which packets can be sent: that of the nodes, and its peers. The same address elsewhere is another one.
 * @param owner - the id of what held the address before, according to a change log; asked where Resource Graph knows of nothing.
 * @returns as next hop `absent` where nothing that the identity can see holds it; that says as much of the identity as of the address.
 */
export async function readNextHop(reader: SettingsReader, address: string, networks: readonly string[], owner?: string): Promise<Hop> {
  if (isIP(address) === 0) return { nextHop: { status: 'unread', why: 'failed', resourceId: address, action: owners.action } };
  const list = TYPES.map((type) => `'${type}'`).join(',');
  const query = `resources|where type in~(${list})|where tostring(properties) contains '"${address}"'|project id,type,properties|limit ${MOST_OWNERS}`;
  const found = await queryGraph(reader, query, owners, `the owner of ${address}`);
  if (found.status !== 'read') return { nextHop: found };
  const prefixes = networks.map((id) => `"${id.toLowerCase()}/subnets/`);
  const inReach = found.value.filter(({ properties }) => prefixes.some((prefix) => properties.toLowerCase().includes(prefix)));
  const former = formerOwner(owner, networks);
  const [first, ...others] = [...inReach, ...(inReach.length === 0 && former !== undefined ? [former] : [])];
  // Two networks that are peers of one do not overlap: with several owners something is not as it seems.
  if (first !== undefined && others.length === 0) return readOwner(reader, first.id, first.type);
  const nextHopOwner = { status: 'unread', why: 'unseen', resourceId: address, action: OWNERS } as const;
  return { nextHop: { status: 'absent', resourceId: address }, nextHopOwner };
}
