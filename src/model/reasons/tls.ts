import { advice, onNode, reimage } from './commands.ts';
import { CLOCK, FIREWALL, ROTATE } from './common-remedies.ts';
import { CERTIFICATES, CONNECTION, EGRESS } from './links.ts';
import { failed, type Reason, reason } from './reason.ts';

/** Reasons why the TLS connection between a node and its API server fails. */
export const tlsReasons = {
  TlsTimedOut: reason(
    'tls',
    failed('node path', 'lasting'),
    'The connection opened, but the TLS handshake got no answer.',
    [
      advice('Something on the way usually stops it: a firewall that inspects TLS, or one whose MTU is smaller than that of the node.'),
      FIREWALL,
    ],
    [CONNECTION, EGRESS],
  ),
  ServerSilent: reason(
    'tls',
    failed('cluster', 'passing'),
    'The address of the API server takes connections and answers nothing, not even plain text.',
    [
      advice(
        'See whether other nodes of the cluster reach it. None: the API server hangs; open a support request with the times if it lasts.',
      ),
      advice('Some: something on their way takes the connections, a load balancer or a proxy: check what lies between.'),
    ],
    [CONNECTION],
  ),
  TlsFailed: reason(
    'tls',
    failed('node path', 'lasting'),
    'The TLS handshake failed.',
    [advice('Look for a firewall on the way that filters or inspects TLS; exempt the name of the API server.')],
    [CONNECTION],
  ),
  ServerCertificateExpired: reason(
    'tls',
    failed('cluster', 'lasting'),
    'The certificate of the API server has expired, or the clock of the node is wrong.',
    [CLOCK, ROTATE],
    [CERTIFICATES],
  ),
  ServerCertificateNotYetValid: reason(
    'tls',
    failed('cluster', 'lasting'),
    'The certificate of the API server is not valid yet: a clock is wrong.',
    [CLOCK],
    [CERTIFICATES],
  ),
  ServerCertificateWrongName: reason(
    'tls',
    failed('node path', 'lasting'),
    'The server presented a certificate for another name.',
    [onNode('Check what the name of the API server resolves to on the node.', 'getent ahosts {host}', 'Resolve-DnsName {host}')],
    [CONNECTION],
  ),
  ServerCertificateUnknownIssuer: reason(
    'tls',
    failed('node path', 'lasting'),
    'The server presented a certificate that is not from the CA of the cluster.',
    [
      reimage(
        'The CA of the cluster was rotated or the cluster rebuilt, and the node has the old one: drain the node and reimage it; it loses what is on its disk.',
      ),
      advice('All nodes: check what the name of the API server resolves to, and whether a firewall intercepts TLS.'),
      ROTATE,
    ],
    [CONNECTION, CERTIFICATES],
  ),
  TlsIntercepted: reason(
    'tls',
    failed('node path', 'lasting'),
    'The server presented a certificate from another issuer than the CA of the cluster: something on the path intercepts TLS.',
    [advice('Exempt the name of the API server from TLS inspection in the firewall or proxy.')],
    [CONNECTION, EGRESS],
  ),
  ClockSkew: reason(
    'tls',
    failed('platform', 'lasting'),
    'The clocks of the node and of the API server differ by more than five minutes, so that certificates do not seem valid.',
    [onNode('Check the time service of the node.', 'timedatectl; chronyc tracking', 'w32tm /query /status')],
    [CERTIFICATES],
  ),
} as const satisfies Record<string, Reason>;
