import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { KeyPair } from './certificate-authority.ts';
import type { HeldCertificate } from './cluster-credentials.ts';
import type { SimulatedNode } from './lay-out-fleet.ts';
import type { ClusterServers } from './serve-clusters.ts';
import type { FaultIn } from './switch-faults.ts';

/** How a node's kubeconfig names its server and its folder: as on a real node, or as they are on this machine. */
export type KubeconfigNames = { server: string; tlsServerName?: string; kubelet: string };

/** Writes the kubelet's files of a node as its fault has them, and returns the node's folder. */
export type FurnishNode = (node: SimulatedNode, fault: FaultIn<'node'> | undefined, names: KubeconfigNames) => Promise<string>;

const pemName = join('pki', 'kubelet-client-current.pem');

/**
 * Prepares the folders of nodes, with what a real one has in `/var/lib/kubelet`.
 *
 * @param dir - the simulator's folder; the nodes' are below it.
 */
export function furnishNodes(dir: string, clusters: ClusterServers): FurnishNode {
  const issued = new Map<string, Promise<KeyPair>>();

  return async (node, fault, names) => {
    const folder = join(dir, 'nodes', node.cluster.id, node.name);
    const kubelet = join(folder, 'kubelet');
    const [credentials] = await Promise.all([
      clusters.credentialsOf(node.cluster),
      mkdir(join(kubelet, 'pki'), { recursive: true }),
      mkdir(join(folder, 'download'), { recursive: true }),
    ]);
    const held: HeldCertificate = fault === 'client-cert-expired' || fault === 'client-cert-unknown' ? fault : 'own';
    const key = `${node.cluster.id} ${node.name} ${held}`;
    const issuing = issued.get(key) ?? credentials.issueNode(node, held);
    issued.set(key, issuing);
    const pair = await issuing;
    // As kubelet keeps it: certificate and key in one file, named twice in the kubeconfig.
    await writeFile(join(kubelet, pemName), `${pair.certificate}\n${pair.key}\n`, { mode: 0o600 });
    const kubeconfig = join(kubelet, 'kubeconfig');
    const text = kubeconfigOf(names, credentials.authority.certificate);
    if (fault === 'kubeconfig-missing') await rm(kubeconfig, { force: true });
    else await writeFile(kubeconfig, fault === 'kubeconfig-broken' ? text.slice(0, text.indexOf('  cluster:')) : text, { mode: 0o600 });
    return folder;
  };
}

function kubeconfigOf({ server, tlsServerName, kubelet }: KubeconfigNames, authority: string): string {
  const pem = JSON.stringify(join(kubelet, pemName));
  return `apiVersion: v1
kind: Config
clusters:
- name: localcluster
  cluster:
    certificate-authority-data: ${Buffer.from(`${authority}\n`).toString('base64')}
    server: ${server}
${tlsServerName === undefined ? '' : `    tls-server-name: ${tlsServerName}\n`}users:
- name: client
  user:
    client-certificate: ${pem}
    client-key: ${pem}
contexts:
- name: localclustercontext
  context:
    cluster: localcluster
    user: client
current-context: localclustercontext
`;
}
