import { type KubernetesReply, refuse } from './kubernetes-reply.ts';
import type { SimulatedNode } from './lay-out-fleet.ts';
import type { FaultIn } from './switch-faults.ts';

const nodePath = /^\/api\/v1\/nodes\/([^/]+)$/;
const leasePath = /^\/apis\/coordination\.k8s\.io\/v1\/namespaces\/kube-node-lease\/leases\/([^/]+)$/;

/**
 * Answers a node that asks for its own object or its lease, as the Node authorizer lets it.
 *
 * @param user - the name in its client certificate.
 * @returns undefined for any other path.
 */
export function answerNodeRequest(
  path: string,
  { name, cluster }: SimulatedNode,
  fault: FaultIn<'server'> | undefined,
  user: string,
): KubernetesReply | undefined {
  const isLease = leasePath.test(path);
  const asked = (nodePath.exec(path) ?? leasePath.exec(path))?.[1];
  if (asked === undefined) return undefined;
  const [kind, group] = isLease ? ['leases', 'coordination.k8s.io'] : ['nodes', ''];
  const forbidden = (why: string) =>
    refuse(
      403,
      'Forbidden',
      `${kind}.${group} "${asked}" is forbidden: User "${user}" cannot get resource "${kind}" in API group "${group}"${why}`,
    );
  if (fault === 'etcd-down') return refuse(500, 'InternalError', 'etcdserver: request timed out');
  if (fault === 'not-authorized') return forbidden('');
  if (user !== `system:node:${asked}`)
    return forbidden(`: node '${user.replace('system:node:', '')}' cannot read '${asked}', only its own Node object`);
  if (fault === 'not-registered') return refuse(404, 'NotFound', `${kind} "${asked}" not found`);
  const metadata = { name, uid: crypto.randomUUID(), creationTimestamp: '2026-01-01T00:00:00Z' };
  return {
    code: 200,
    body: isLease
      ? { kind: 'Lease', apiVersion: 'coordination.k8s.io/v1', metadata, spec: { holderIdentity: name, leaseDurationSeconds: 40 } }
      : {
          kind: 'Node',
          apiVersion: 'v1',
          metadata,
          spec: {},
          status: { nodeInfo: { kubeletVersion: `v${cluster.spec.kubernetesVersion}` } },
        },
  };
}

const checks = ['ping', 'log', 'etcd', 'etcd-readiness', 'informer-sync', 'poststarthook/start-apiextensions-informers', 'shutdown'];

/** Answers for /readyz as an API server does: "ok", the list of its checks where asked for it, and 500 with that list where one failed. */
export function readyzOf(fault: FaultIn<'server'> | undefined, verbose: boolean): KubernetesReply {
  const failed = fault === 'etcd-down' ? ['etcd', 'etcd-readiness'] : fault === 'not-ready' ? ['shutdown'] : [];
  if (failed.length === 0 && !verbose) return { code: 200, body: 'ok' };
  const lines = checks.map((check) => (failed.includes(check) ? `[-]${check} failed: reason withheld` : `[+]${check} ok`));
  return failed.length === 0
    ? { code: 200, body: `${lines.join('\n')}\nreadyz check passed\n` }
    : { code: 500, body: `${lines.join('\n')}\nreadyz check failed\n` };
}
