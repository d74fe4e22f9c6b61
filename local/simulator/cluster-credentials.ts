import { type CertificateAuthority, createCertificateAuthority, type KeyPair } from './certificate-authority.ts';
import type { SimulatedCluster, SimulatedNode } from './lay-out-fleet.ts';

/** The certificates an API server can show: its own, or a faulty one. */
export type ShownCertificate = 'own' | 'tls-expired' | 'tls-not-yet-valid' | 'tls-wrong-name' | 'tls-unknown-ca';

/** The certificates of one cluster, made when first asked for. */
export type ClusterCredentials = {
  authority: CertificateAuthority;
  showServer(shown: ShownCertificate): Promise<KeyPair>;
  /** The client certificate of a node; `expired` is one that ended yesterday. */
  issueNode(node: SimulatedNode, expired: boolean): Promise<KeyPair>;
};

/** How far ahead of the nodes' clocks a server with `tls-not-yet-valid` is, in days. */
export const clockLeadDays = 2;

/**
 * Makes a cluster's authority.
 *
 * @returns the cluster's certificates, signed as they are asked for.
 */
export async function createClusterCredentials(cluster: SimulatedCluster): Promise<ClusterCredentials> {
  const authority = await createCertificateAuthority('ca');
  const shown = new Map<ShownCertificate, Promise<KeyPair>>();
  const names = [cluster.fqdn, 'kubernetes', 'kubernetes.default.svc.cluster.local'];

  const issueServer = async (kind: ShownCertificate): Promise<KeyPair> => {
    const holder = { commonName: 'apiserver', dnsNames: names };
    switch (kind) {
      case 'own':
        return authority.issue('server', holder);
      case 'tls-expired':
        return authority.issue('server', { ...holder, from: -366, until: -1 });
      case 'tls-not-yet-valid':
        return authority.issue('server', { ...holder, from: clockLeadDays });
      case 'tls-wrong-name':
        return authority.issue('server', { ...holder, dnsNames: ['another-cluster.hcp.invalid'] });
      case 'tls-unknown-ca':
        return (await createCertificateAuthority('Inspecting Proxy CA')).issue('server', holder);
    }
  };

  return {
    authority,
    showServer(kind) {
      const pair = shown.get(kind) ?? issueServer(kind);
      shown.set(kind, pair);
      return pair;
    },
    issueNode: (node, expired) =>
      authority.issue('client', {
        commonName: `system:node:${node.name}`,
        organization: 'system:nodes',
        ...(expired ? { from: -366, until: -1 } : {}),
      }),
  };
}
