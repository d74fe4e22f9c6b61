import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { KeyPair } from './certificate-authority.ts';
import type { SimulatedNode } from './lay-out-fleet.ts';
import type { NodeListeners } from './listen-for-nodes.ts';
import type { ClusterServers } from './serve-clusters.ts';

/** The folder of a node, with what a real one has: kubeconfigs with their certificates, and a place for run commands. */
export type NodeFolder = { folder: string; kubeconfig: string; expiredKubeconfig: string; missing: string };

/**
 * Prepares the folders of nodes, each when it is first asked for.
 *
 * @param dir - the simulator's folder; the nodes' are below it.
 */
export function furnishNodes(
  dir: string,
  clusters: ClusterServers,
  listeners: NodeListeners,
): (node: SimulatedNode) => Promise<NodeFolder> {
  const furnished = new Map<SimulatedNode, Promise<NodeFolder>>();

  const furnish = async (node: SimulatedNode): Promise<NodeFolder> => {
    const folder = join(dir, 'nodes', node.cluster.id, node.name);
    await mkdir(join(folder, 'pki'), { recursive: true });
    const [address, credentials] = await Promise.all([listeners.addressFor(node), clusters.credentialsOf(node.cluster)]);
    const write = async (name: string, pair: KeyPair) => {
      // As kubelet keeps it: certificate and key in one file, named twice in the kubeconfig.
      const pem = join(folder, 'pki', `${name}.pem`);
      await writeFile(pem, `${pair.certificate}\n${pair.key}\n`, { mode: 0o600 });
      const path = join(folder, name === 'kubelet-client-current' ? 'kubeconfig' : `kubeconfig-${name}`);
      const server = `https://${address.host}:${address.port}`;
      await writeFile(path, kubeconfigOf(server, node.cluster.fqdn, credentials.authority.certificate, pem), { mode: 0o600 });
      return path;
    };
    const [kubeconfig, expiredKubeconfig] = await Promise.all([
      write('kubelet-client-current', await credentials.issueNode(node, false)),
      write('expired', await credentials.issueNode(node, true)),
    ]);
    return { folder, kubeconfig, expiredKubeconfig, missing: join(folder, 'missing') };
  };

  return (node) => {
    const made = furnished.get(node) ?? furnish(node);
    furnished.set(node, made);
    return made;
  };
}

function kubeconfigOf(server: string, name: string, authority: string, pem: string): string {
  return `apiVersion: v1
kind: Config
clusters:
- name: localcluster
  cluster:
    certificate-authority-data: ${Buffer.from(`${authority}\n`).toString('base64')}
    server: ${server}
    tls-server-name: ${name}
users:
- name: client
  user:
    client-certificate: ${JSON.stringify(pem)}
    client-key: ${JSON.stringify(pem)}
contexts:
- name: localclustercontext
  context:
    cluster: localcluster
    user: client
current-context: localclustercontext
`;
}
