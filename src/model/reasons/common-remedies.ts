import { advice, onCluster, onNode, showSubnet } from './commands.ts';

// Remedies of several reasons.
export const ROTATE = onCluster(
  'Last of all, rotate the certificates, which recreates every node and can cause up to 30 minutes of downtime.',
  'rotate-certs',
);
export const NETWORK_POLICY = advice('Check what else may block it: network policies, and the allowed endpoints of a proxy on the nodes.');
export const FIREWALL = showSubnet('Check firewall, NSG and route table between the node subnet and the API server (port 443).');
export const CLOCK = onNode('Check the clock of the node.', 'timedatectl', 'w32tm /query /status');
