import { type CertificateAuthority, createCertificateAuthority, type KeyPair } from './certificate-authority.ts';
import type { SimulatedCluster, SimulatedNode } from './lay-out-fleet.ts';

/** The certificates an API server can show: its own, or a faulty one. */
export type ShownCertificate =
  | 'own'
  | 'tls-expired'
  | 'tls-not-yet-valid'
  | 'clock-skew'
  | 'tls-wrong-name'
  | 'tls-unknown-ca'
  | 'tls-intercepted'
  | 'wrong-address';

/** The client certificates a node can hold: its own, one that expired yesterday, or one that another cluster's authority signed. */
export type HeldCertificate = 'own' | 'client-cert-expired' | 'client-cert-unknown';

/** The certificates of one cluster, made when first asked for. */
export type ClusterCredentials = {
  authority: CertificateAuthority;
  showServer(shown: ShownCertificate): Promise<KeyPair>;
  issueNode(node: SimulatedNode, held: HeldCertificate): Promise<KeyPair>;
};

/** How far ahead of the nodes' clocks a certificate that is not yet valid begins, in days. */
export const clockLeadDays = 2;

// Every AKS cluster's authority has this name.
const authorityName = 'ca';

/**
 * Makes a cluster's authority.
 *
 * @returns the cluster's certificates, signed as they are asked for.
 */
export async function createClusterCredentials(cluster: SimulatedCluster): Promise<ClusterCredentials> {
  const authority = await createCertificateAuthority(authorityName);
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
      case 'clock-skew':
        return authority.issue('server', { ...holder, from: clockLeadDays });
      case 'tls-wrong-name':
        return authority.issue('server', { ...holder, dnsNames: ['another-cluster.hcp.invalid'] });
      case 'tls-unknown-ca':
        return (await createCertificateAuthority(authorityName)).issue('server', holder);
      case 'tls-intercepted':
        return (await createCertificateAuthority('Inspecting Proxy CA')).issue('server', holder);
      case 'wrong-address':
        return (await createCertificateAuthority(authorityName)).issue('server', { ...holder, dnsNames: ['another-cluster.hcp.invalid'] });
    }
  };

  return {
    authority,
    showServer(kind) {
      const pair = shown.get(kind) ?? issueServer(kind);
      shown.set(kind, pair);
      return pair;
    },
    async issueNode(node, held) {
      const signer = held === 'client-cert-unknown' ? await createCertificateAuthority(authorityName) : authority;
      return signer.issue('client', {
        commonName: `system:node:${node.name}`,
        organization: 'system:nodes',
        ...(held === 'client-cert-expired' ? { from: -366, until: -1 } : {}),
      });
    },
  };
}
