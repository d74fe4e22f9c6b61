import {
  azureDns,
  imds,
  nodeAddress,
  outsideAddress,
  serverAddressOf,
  staleServerAddressOf,
  strangeDns,
  strangeServerAddressOf,
} from './addresses.ts';
import type { SimulatedCluster } from './lay-out-fleet.ts';
import type { FaultIn } from './switch-faults.ts';

/** Who answers at an address of a node's world. */
export type Role = 'api-server' | 'outside' | 'imds' | 'azure-dns' | 'custom-dns';

/** An address of a node's world at which the simulator answers. */
export type Listener = { role: Role; kind: 'tcp' | 'udp'; host: string; port: number };

/** A resolver's answer for a name: its addresses, `empty` (none), `unknown` (NXDOMAIN), `servfail`, `refused`, or `silent`. */
type DnsAnswer = string | string[];
export type Lookup = (name: string) => DnsAnswer | Promise<DnsAnswer>;

/** The network around a node: what is reachable, and what the resolvers say. */
export type WorldPlan = {
  /** Commands of `ip -batch`. */
  network: string;
  /** The address in the node's `/etc/resolv.conf`. */
  resolver: string;
  listeners: Listener[];
  lookups: Record<'azure-dns' | 'custom-dns', Lookup>;
};

/** Commands of `ip -batch` that give a node its link. Whatever leaves by it vanishes: its far end forwards nothing. */
export const nodeLink: readonly string[] = [
  'link set lo up',
  'link add eth0 type veth peer name far',
  'link set far up',
  `addr add ${nodeAddress}/32 dev eth0`,
  'link set eth0 up',
  'neigh add 10.224.0.1 lladdr 12:34:56:78:9a:bc dev eth0',
  'route add default via 10.224.0.1 dev eth0 onlink',
];

/**
 * Plans the network of a node, so that its kernel brings about the fault.
 *
 * Packets to any other address leave by a link whose far end forwards nothing: they vanish, as behind a firewall that drops them.
 *
 * @param ownDns - the DNS server of the cluster's VNet, if that has one of its own.
 */
export function planWorld(
  cluster: SimulatedCluster,
  fault: FaultIn<'server'> | undefined,
  ownDns: string | undefined = cluster.spec.network.customDns,
): WorldPlan {
  const server = addressUnder(fault)(cluster);
  const isServerHere = !['black-hole', 'no-egress', 'no-route', 'stale-address'].includes(fault ?? '');
  const isOutsideHere = fault !== 'no-egress';
  const isResolverWrong = fault === 'resolver-silent' || fault === 'resolver-differs';
  const customDns = ownDns ?? strangeDns;
  const hasCustomDns = ownDns !== undefined || isResolverWrong;
  const outside = outsideAddress;
  const here = [
    azureDns,
    imds,
    ...(hasCustomDns ? [customDns] : []),
    ...(isServerHere ? [server] : []),
    ...(isOutsideHere ? [outside] : []),
  ];
  const at = (role: Role, kind: 'tcp' | 'udp', host: string): Listener => ({
    role,
    kind,
    host,
    port: role === 'imds' ? 80 : kind === 'tcp' ? 443 : 53,
  });
  const ask = (ofServer: string): Lookup => {
    return (name) => (name.toLowerCase() === cluster.fqdn.toLowerCase() ? ofServer : name.includes('.') ? outside : 'unknown');
  };

  return {
    network: `${[
      ...nodeLink,
      ...here.map((address) => `addr add ${address}/32 dev lo`),
      ...(fault === 'no-route' ? [`route add unreachable ${server}/32`] : []),
    ].join('\n')}\n`,
    resolver: hasCustomDns ? customDns : azureDns,
    listeners: [
      at('imds', 'tcp', imds),
      at('azure-dns', 'udp', azureDns),
      ...(hasCustomDns ? [at('custom-dns', 'udp', customDns)] : []),
      ...(isServerHere && fault !== 'refused' ? [at('api-server', 'tcp', server)] : []),
      ...(isOutsideHere ? [at('outside', 'tcp', outside)] : []),
    ],
    lookups: {
      'azure-dns': ask(fault === 'name-not-found' ? 'unknown' : server),
      // A DNS server of one's own forwards to Azure's, unless something is wrong with it.
      'custom-dns': fault === 'resolver-silent' ? () => 'silent' : ask(fault === 'name-not-found' || isResolverWrong ? 'unknown' : server),
    },
  };
}

/** Where the name of an API server leads. */
function addressUnder(fault: FaultIn<'server'> | undefined): (cluster: SimulatedCluster) => string {
  if (fault === 'wrong-address') return strangeServerAddressOf;
  return fault === 'stale-address' ? staleServerAddressOf : serverAddressOf;
}
