import { CERTIFICATES, CONNECTION, EGRESS, FIREWALL, ROTATE } from './links.ts';
import { failed, type Reason, reason } from './reason.ts';

/** Reasons that come from the API server: it answers with an error, or not at all. */
export const apiServerReasons = {
  ConnectionReset: reason(
    'http',
    failed('node path', 'passing'),
    'The connection was reset before the answer was complete.',
    ['Look for what resets connections on the way: a firewall, a load balancer without healthy members, an idle limit.', FIREWALL],
    [CONNECTION],
  ),
  HttpTimedOut: reason(
    'http',
    failed('cluster', 'passing'),
    'The API server accepted the request and did not answer in time.',
    ['The control plane is overloaded or starting: see its metrics in the portal.'],
    [CONNECTION],
  ),
  ClientCredentialBroken: reason(
    'auth',
    failed('platform', 'lasting'),
    "The credentials that the node's kubeconfig names are missing or cannot be read, so that kubectl sends no request.",
    [
      'Look at /var/lib/kubelet/pki on the node: a file that is gone, empty or cut off is left by a full disk or a crash.',
      'Restart the kubelet so that it asks for new ones: systemctl restart kubelet; else reimage the node.',
    ],
    [CERTIFICATES],
  ),
  Unauthorized: reason(
    'auth',
    failed('cluster', 'lasting'),
    'The API server does not accept the credentials of the node (401).',
    ["The node's client certificate may have expired: check /var/lib/kubelet/pki.", ROTATE],
    [CERTIFICATES],
  ),
  ClientCertificateExpired: reason(
    'auth',
    failed('platform', 'lasting'),
    "The node's own client certificate has expired.",
    ['Restart the kubelet so that it asks for a new one: systemctl restart kubelet.', ROTATE],
    [CERTIFICATES],
  ),
  ClientCertificateNotYetValid: reason(
    'auth',
    failed('platform', 'lasting'),
    "The node's own client certificate is not valid yet: a clock is or was wrong.",
    ['Check the clock of the node: timedatectl; then restart the kubelet so that it asks for a new one: systemctl restart kubelet.'],
    [CERTIFICATES],
  ),
  ClientCertificateForeign: reason(
    'auth',
    failed('platform', 'lasting'),
    "The node's own client certificate is not from the CA of its cluster, as after a rotation that missed the node.",
    ['Reimage the node, so that it joins anew: az vmss reimage --instance-ids <id>.', ROTATE],
    [CERTIFICATES],
  ),
  Forbidden: reason(
    'auth',
    failed('cluster', 'lasting'),
    'The API server refuses the node (403).',
    ['Check for an intercepting proxy and for changes to the built-in role system:public-info-viewer.'],
    [CONNECTION],
  ),
  ServerNotReady: reason(
    'http',
    failed('cluster', 'passing'),
    'The API server answers, and says that it is not ready.',
    ['The control plane is starting or overloaded; open a support request if it lasts.'],
    [CONNECTION],
  ),
  ServerOverloaded: reason(
    'http',
    failed('cluster', 'passing'),
    'The API server is overloaded and sheds requests (429).',
    [
      'Find out who sends so many: the metrics of the API server in the portal, and its audit log by user agent.',
      'Move the cluster to the Standard or Premium tier, whose control plane scales further: az aks update --tier standard.',
    ],
    [CONNECTION],
  ),
  ServerError: reason(
    'http',
    failed('cluster', 'passing'),
    'The API server answered with an error (5xx).',
    ['Open a support request with the times of this outage.'],
    [CONNECTION],
  ),
  UnexpectedAnswer: reason(
    'http',
    failed('node path', 'lasting'),
    'Something other than an API server answered.',
    ['A captive portal or proxy usually does this: exempt the API server.'],
    [EGRESS],
  ),
  Transient: reason(
    'http',
    { ...failed('node path', 'passing'), lastsAs: 'Undiagnosed', lastsAfter: 2, isUnproven: true },
    'kubectl failed, and a moment later every stage passed.',
    ['A second probe follows at once; repeated cases point to packet loss or SNAT port exhaustion.'],
    [CONNECTION],
  ),
  Undiagnosed: reason(
    'http',
    { ...failed('node path', 'lasting'), isUnproven: true },
    'kubectl failed, and the diagnosis could not find at which stage.',
    ['Read the evidence of this result.'],
    [CONNECTION],
  ),
} as const satisfies Record<string, Reason>;
