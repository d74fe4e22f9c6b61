import { CERTIFICATES, CONNECTION, EGRESS, FIREWALL, ROTATE } from './links.ts';
import { failed, type Reason, reason } from './reason.ts';

/** Reasons that come from the API server: it answers with an error, or not at all. */
export const apiServerReasons = {
  ConnectionReset: reason(
    'http',
    failed('node path', 'passing'),
    'The connection was cut before the answer was complete.',
    [FIREWALL],
    [CONNECTION],
  ),
  HttpTimedOut: reason(
    'http',
    failed('cluster', 'passing'),
    'The API server accepted the request and did not answer in time.',
    ['The control plane is overloaded or starting: see its metrics in the portal.'],
    [CONNECTION],
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
    'The API server says that it is not ready (503).',
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
    failed('node path', 'passing'),
    'kubectl failed, and a moment later every stage passed.',
    ['A second probe follows at once; repeated cases point to packet loss or SNAT port exhaustion.'],
    [CONNECTION],
  ),
  Undiagnosed: reason(
    'http',
    failed('node path', 'passing'),
    'kubectl failed, and the diagnosis could not find at which stage.',
    ['Read the evidence of this result.'],
    [CONNECTION],
  ),
} as const satisfies Record<string, Reason>;
