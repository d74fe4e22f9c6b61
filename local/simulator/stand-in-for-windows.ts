import type { SimulatedNode } from './lay-out-fleet.ts';

/**
 * Answers instead of `src/probe/windows.ps1`: no PowerShell 5.1 runs here, so Windows nodes are **stand-ins**, not simulated.
 *
 * It prints the whole frame that the script prints on a healthy node, with a fact of its own, `standin=windows`, which the prober ignores
 * and which shows that no real Windows was asked. With a fault in force it prints nothing: what Windows would print then is not known.
 *
 * @param script - the script that was sent; without the prober's nonce there is nothing to answer.
 * @param healthy - whether no fault of the network or of the node is in force.
 */
export function standInForWindows({ cluster }: SimulatedNode, script: string, healthy: boolean): string {
  const nonce = /^\$Nonce = '([0-9a-f]{16})'$/m.exec(script)?.[1];
  if (nonce === undefined || !healthy) return '';
  const facts = [
    'standin=windows',
    'ms=900',
    `server=v${cluster.spec.kubernetesVersion}`,
    'kubeconfig=ok',
    `host=${cluster.fqdn}`,
    'port=443',
  ];
  return ['', `AFP1 begin ${nonce}`, ...facts, `AFP1 end ${nonce} rc=0`, ''].join('\r\n');
}
