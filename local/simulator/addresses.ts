import type { SimulatedCluster } from './lay-out-fleet.ts';

/** The address of every node: each has a network of its own. */
export const nodeAddress = '10.224.0.4';
export const azureDns = '168.63.129.16';
export const imds = '169.254.169.254';
/** A DNS server that a network is given by a fault. */
export const strangeDns = '10.224.0.53';
/** Everything that a node reaches besides its API server. */
export const outsideAddress = '203.0.113.10';

/** Whether nodes reach the API server within their VNet. */
export function isServerInside({ spec }: SimulatedCluster): boolean {
  return spec.private || spec.network.vnetIntegration;
}

/** The address at which nodes reach the API server of a cluster. */
export function serverAddressOf(cluster: SimulatedCluster): string {
  return isServerInside(cluster) ? '10.240.0.4' : '198.51.100.4';
}

/** The address of another cluster’s API server. */
export function strangeServerAddressOf(cluster: SimulatedCluster): string {
  return isServerInside(cluster) ? '10.240.0.44' : '198.51.100.44';
}

/** An address at which the API server of a cluster was once, and where nothing is now. */
export function staleServerAddressOf(cluster: SimulatedCluster): string {
  return isServerInside(cluster) ? '10.240.0.9' : '198.51.100.9';
}
