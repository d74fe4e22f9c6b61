import { ofLayer } from './fault.ts';

/** Faults of the certificate that the API server shows. */
export const certificateFaults = ofLayer('server', {
  'tls-expired': {
    verdict: 'unreachable',
    reason: 'ServerCertificateExpired',
    sentence: 'The API server’s certificate expired yesterday.',
  },
  'tls-not-yet-valid': {
    verdict: 'unreachable',
    reason: 'ServerCertificateNotYetValid',
    sentence: 'The API server’s certificate begins in two days.',
  },
  'clock-skew': {
    verdict: 'unreachable',
    reason: 'ClockSkew',
    sentence: 'The API server’s certificate and clock are two days ahead of the node’s clock.',
  },
  'tls-wrong-name': {
    verdict: 'unreachable',
    reason: 'ServerCertificateWrongName',
    sentence: 'The API server’s certificate is for another name.',
  },
  'tls-unknown-ca': {
    verdict: 'unreachable',
    reason: 'ServerCertificateUnknownIssuer',
    sentence: 'Another authority of the same name signed the API server’s certificate, as after a rebuilt cluster.',
  },
  'tls-intercepted': {
    verdict: 'unreachable',
    reason: 'TlsIntercepted',
    sentence: 'A foreign authority signed the certificate, as an inspecting proxy’s does.',
  },
});
