import { CERTIFICATES, CONNECTION, EGRESS, FIREWALL, ROTATE } from './links.ts';
import { failed, type Reason, reason } from './reason.ts';

/** Reasons why the TLS connection between a node and its API server fails. */
export const tlsReasons = {
  TlsTimedOut: reason(
    'tls',
    failed('node path', 'lasting'),
    'The connection opened, but the TLS handshake got no answer.',
    ['A firewall that inspects TLS, or an MTU that is too large on the path, usually causes this.', FIREWALL],
    [CONNECTION, EGRESS],
  ),
  TlsFailed: reason(
    'tls',
    failed('node path', 'lasting'),
    'The TLS handshake failed.',
    ['Look for a firewall that intercepts TLS; exempt the API server from inspection.'],
    [CONNECTION],
  ),
  ServerCertificateExpired: reason(
    'tls',
    failed('cluster', 'lasting'),
    'The certificate of the API server has expired, or the clock of the node is wrong.',
    ['Check the clock of the node: timedatectl.', ROTATE],
    [CERTIFICATES],
  ),
  ServerCertificateNotYetValid: reason(
    'tls',
    failed('cluster', 'lasting'),
    'The certificate of the API server is not valid yet: a clock is wrong.',
    ['Check the clock of the node: timedatectl.'],
    [CERTIFICATES],
  ),
  ServerCertificateWrongName: reason(
    'tls',
    failed('node path', 'lasting'),
    'The server presented a certificate for another name.',
    ['Check what the name of the API server resolves to on the node.'],
    [CONNECTION],
  ),
  ServerCertificateUnknownIssuer: reason(
    'tls',
    failed('node path', 'lasting'),
    'The server presented a certificate that is not from the CA of the cluster.',
    ['A firewall that intercepts TLS usually causes this: exempt the API server from inspection.', ROTATE],
    [CONNECTION, CERTIFICATES],
  ),
  TlsIntercepted: reason(
    'tls',
    failed('node path', 'lasting'),
    'The server presented a certificate from another issuer than the CA of the cluster: something on the path intercepts TLS.',
    ['Exempt the name of the API server from TLS inspection in the firewall or proxy.'],
    [CONNECTION, EGRESS],
  ),
  ClockSkew: reason(
    'tls',
    failed('platform', 'lasting'),
    'The clocks of the node and of the API server differ by more than five minutes, so that certificates do not seem valid.',
    ['Check the time service of the node: timedatectl; chronyc tracking.'],
    [CERTIFICATES],
  ),
} as const satisfies Record<string, Reason>;
