import { advice, onCluster, onNode, reimage, withCommand } from './commands.ts';
import { FIREWALL, ROTATE } from './common-remedies.ts';
import { CERTIFICATES, CONNECTION, EGRESS } from './links.ts';
import { failed, type Reason, reason } from './reason.ts';

/** Reasons that come from the API server: it answers with an error, or not at all. */
export const apiServerReasons = {
  ConnectionReset: reason(
    'http',
    failed('node path', 'passing'),
    'The connection was reset before the answer was complete.',
    [advice('Look for what resets connections on the way: a firewall, a load balancer without healthy members, an idle limit.'), FIREWALL],
    [CONNECTION],
  ),
  HttpTimedOut: reason(
    'http',
    failed('cluster', 'passing'),
    'The API server accepted the request and did not answer in time.',
    [advice('The control plane is overloaded or starting: see its metrics in the portal.')],
    [CONNECTION],
  ),
  ClientCredentialBroken: reason(
    'auth',
    failed('platform', 'lasting'),
    "The credentials that the node's kubeconfig names are missing or cannot be read, so that kubectl sends no request.",
    [
      onNode(
        'Look at the certificates of the node: a file that is gone, empty or cut off is left by a full disk or a crash.',
        'ls -l /var/lib/kubelet/pki; df -h /var',
        'Get-ChildItem C:\\k\\pki, C:\\k\\config',
      ),
      onNode(
        'Restart the kubelet so that it asks for new ones; if that does not help, reimage the node.',
        'systemctl restart kubelet',
        'Restart-Service kubelet',
      ),
    ],
    [CERTIFICATES],
  ),
  Unauthorized: reason(
    'auth',
    failed('cluster', 'lasting'),
    'The API server does not accept the credentials of the node (401).',
    [
      onNode(
        'See until when the client certificate of the node is valid.',
        'openssl x509 -noout -subject -issuer -dates -in /var/lib/kubelet/pki/kubelet-client-current.pem',
      ),
      ROTATE,
    ],
    [CERTIFICATES],
  ),
  ClientCertificateExpired: reason(
    'auth',
    failed('platform', 'lasting'),
    "The node's own client certificate has expired.",
    [onNode('Restart the kubelet so that it asks for a new certificate.', 'systemctl restart kubelet', 'Restart-Service kubelet'), ROTATE],
    [CERTIFICATES],
  ),
  ClientCertificateNotYetValid: reason(
    'auth',
    failed('platform', 'lasting'),
    "The node's own client certificate is not valid yet: a clock is or was wrong.",
    [
      onNode(
        'Check the clock of the node, and restart the kubelet so that it asks for a new certificate.',
        'timedatectl; systemctl restart kubelet',
        'w32tm /query /status; Restart-Service kubelet',
      ),
    ],
    [CERTIFICATES],
  ),
  ClientCertificateForeign: reason(
    'auth',
    failed('platform', 'lasting'),
    "The node's own client certificate is not from the CA of its cluster, as after a rotation that missed the node.",
    [reimage('Drain the node and reimage it, so that it joins its cluster anew; it loses what is on its disk.'), ROTATE],
    [CERTIFICATES],
  ),
  Forbidden: reason(
    'auth',
    failed('cluster', 'lasting'),
    'The API server refuses the node (403).',
    [
      withCommand(
        'Check for an intercepting proxy, and for changes to the built-in role that lets everybody read the version.',
        'kubectl get clusterrolebinding system:public-info-viewer -o yaml',
      ),
    ],
    [CONNECTION],
  ),
  ServerNotReady: reason(
    'http',
    failed('cluster', 'passing'),
    'The API server answers, and says that it is not ready.',
    [advice('The control plane is starting or overloaded; open a support request if it lasts.')],
    [CONNECTION],
  ),
  ServerOverloaded: reason(
    'http',
    failed('cluster', 'passing'),
    'The API server is overloaded and sheds requests (429).',
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
  ServerError: reason(
    'http',
    failed('cluster', 'passing'),
    'The API server answered with an error (5xx).',
    [advice('Open a support request with the times of this outage.')],
    [CONNECTION],
  ),
  UnexpectedAnswer: reason(
    'http',
    failed('node path', 'lasting'),
    'Something other than an API server answered.',
    [advice('A captive portal or proxy usually does this: exempt the API server.')],
    [EGRESS],
  ),
  Transient: reason(
    'http',
    { ...failed('node path', 'passing'), lastsAs: 'Undiagnosed', lastsAfter: 2, isUnproven: true },
    'kubectl failed, and a moment later every stage passed.',
    [advice('A second probe follows at once; repeated cases point to packet loss or SNAT port exhaustion.')],
    [CONNECTION],
  ),
  Undiagnosed: reason(
    'http',
    { ...failed('node path', 'lasting'), isUnproven: true },
    'kubectl failed, and the diagnosis could not find at which stage.',
    [advice('Read the evidence of this result.')],
    [CONNECTION],
  ),
} as const satisfies Record<string, Reason>;
