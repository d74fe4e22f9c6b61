import type { SimulatedNode } from '../../local/simulator/lay-out-fleet.ts';
import { healthyAnswer } from '../sweep/sweep-world.ts';

/** What a node's script prints where its packets to the API server vanish and everything else works, without running it. */
export function cutOffAnswer({ cluster }: SimulatedNode, script: string): string {
  const nonce = /^NONCE='([0-9a-f]{16})'/m.exec(script)?.[1];
  const address = cluster.spec.private ? '10.240.0.4' : '198.51.100.4';
  const facts = [
    'ms=8004',
    'kubeconfig=ok',
    `host=${cluster.fqdn}`,
    'port=443',
    `dns=${address}`,
    'tcp=timeout',
    'egress=https://mcr.microsoft.com/v2/ 200',
  ];
  return `\nAFP1 begin ${nonce}\n${facts.join('\n')}\nAFP1 end ${nonce} rc=1\n`;
}

/** Nodes that answer at once: those for which `isCutOff` says so, that they are cut off. */
export const answering = (isCutOff: (node: SimulatedNode) => boolean) => (node: SimulatedNode, script: string) =>
  (isCutOff(node) ? cutOffAnswer : healthyAnswer)(node, script);
