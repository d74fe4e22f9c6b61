import type { ReasonCode } from '../model/reasons.ts';
import { type Facts, numberOf } from './facts.ts';

const SKEW_SECONDS = 300;

function isSkewed(facts: Facts): boolean {
  const [own, server] = [numberOf(facts.get('clock')), numberOf(facts.get('server_clock'))];
  return own !== undefined && server !== undefined && Math.abs(own - server) > SKEW_SECONDS;
}

/** Whether the name of the certificate's issuer differs from that of the cluster's CA. */
function isIntercepted(facts: Facts): boolean {
  const name = (text: string | undefined) => /CN ?= ?([^,/]+)/.exec(text ?? '')?.[1]?.trim();
  const [issuer, authority] = [name(facts.get('issuer')), name(facts.get('ca'))];
  return issuer !== undefined && authority !== undefined && issuer !== authority;
}

/**
 * What is wrong with the certificate that the server showed, by OpenSSL's X509_V_ERR codes as curl reports them in ssl_verify_result; curl leaves 0 or 1 where
 * only the name differs.
 */
export function certificateReason(facts: Facts): ReasonCode {
  switch (numberOf(facts.get('verify'))) {
    case 9:
      return isSkewed(facts) ? 'ClockSkew' : 'ServerCertificateNotYetValid';
    case 10:
      return isSkewed(facts) ? 'ClockSkew' : 'ServerCertificateExpired';
    case 18:
    case 19:
    case 20:
    case 21:
      if (isIntercepted(facts)) return 'TlsIntercepted';
      // The CAs of other clusters have the same name: if the server's name does not match either, the address belongs to another cluster.
      return facts.get('named') === 'no' ? 'ServerCertificateWrongName' : 'ServerCertificateUnknownIssuer';
    default:
      return 'ServerCertificateWrongName';
  }
}

/** What is wrong with the client certificate of the node, as far as its dates and its issuer show. */
export function clientCertificateReason(facts: Facts): ReasonCode | undefined {
  const [from, until] = (facts.get('client') ?? '').trim().split(' ').map(numberOf);
  const clock = numberOf(facts.get('clock'));
  if (clock !== undefined && until !== undefined && until < clock) return 'ClientCertificateExpired';
  if (clock !== undefined && from !== undefined && from > clock) return 'ClientCertificateNotYetValid';
  return facts.get('client_signed') === 'no' ? 'ClientCertificateForeign' : undefined;
}
