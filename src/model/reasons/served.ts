import { advice, onCluster, onNode, reimage, withCommand } from './commands.ts';
import { ROTATE } from './common-remedies.ts';
import { CERTIFICATES, CONNECTION, SUPPORT } from './links.ts';
import { failed, type Reason, reason } from './reason.ts';

const METRICS = advice(
  'Look at the metrics of the API server and of etcd in the portal; open a support request with the times if it lasts.',
);

/** Reasons why an API server that a node reaches does not serve it: it does not answer for the node's own object or lease. */
export const servedReasons = {
  EtcdUnavailable: reason(
    'served',
    failed('cluster', 'passing'),
    'The API server gets no answer from etcd, in which it keeps everything.',
    [METRICS, advice('Look for a flood of objects or of large ones that fills etcd, such as events, jobs or custom resources.')],
    [CONNECTION, SUPPORT],
  ),
  ApiServerNotReady: reason(
    'served',
    failed('cluster', 'passing'),
    'The API server says that it is not ready, and does not answer the requests of the node.',
    [
      advice('Read which of its checks fail in the message: a webhook or an extension API server of the cluster can be the cause.'),
      METRICS,
    ],
    [CONNECTION],
  ),
  ApiServerOverloaded: reason(
    'served',
    failed('cluster', 'passing'),
    'The API server is overloaded and turns the requests of the node away (429).',
    [
      advice('Find out who sends so many: the metrics of the API server in the portal, and its audit log by user agent.'),
      onCluster(
        'Move the cluster to the Standard or Premium tier, whose control plane scales further and which costs more.',
        'update',
        '--tier standard',
      ),
    ],
    [CONNECTION],
  ),
  NodeNotAuthorized: reason(
    'served',
    failed('cluster', 'lasting'),
    'The API server does not let the node read its own node object (401 or 403).',
    [
      advice('If the evidence names no identity, or an anonymous one, look at the credentials of the node first.'),
      withCommand(
        'Check for changes to the built-in role system:node and its bindings.',
        'kubectl get clusterrolebinding system:node -o yaml',
      ),
      advice('Look for an authorization webhook that denies the requests of nodes.'),
    ],
    [CONNECTION],
  ),
  IdentityMismatch: reason(
    'served',
    failed('platform', 'lasting'),
    'The client certificate of the node was issued for another node, so the API server refuses it its own node object.',
    [
      reimage(
        'An image or a disk was copied with its certificates, or the machine was renamed: drain the node and reimage it; it loses what is on its disk.',
      ),
      ROTATE,
    ],
    [CERTIFICATES],
  ),
  NodeNotRegistered: reason(
    'served',
    failed('platform', 'lasting'),
    'The API server answers, and has no node object of this name (404): the node is not part of the cluster.',
    [
      onNode(
        'Restart the kubelet so that it registers again; its log says what keeps it from it.',
        'systemctl restart kubelet; sleep 20; journalctl -u kubelet -n 50 --no-pager',
        'Restart-Service kubelet',
      ),
      advice('Look who deleted the node object: the audit log of the cluster.'),
    ],
    [CONNECTION],
  ),
  NotServed: reason(
    'served',
    failed('cluster', 'passing'),
    'The API server answers for its version, and not for the node object of this node.',
    [advice('Read the evidence of this result.'), METRICS],
    [CONNECTION],
  ),
} as const satisfies Record<string, Reason>;
