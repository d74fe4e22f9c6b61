import type { ReasonCode } from '../model/reasons.ts';
import { type Facts, numberOf } from './facts.ts';
import { plainWords } from './plain-words.ts';
import { momentOf, secondsOf, spanOf } from './say-time.ts';

/** A name out of a certificate, as `"CN=Corp Inspection"`; undefined if none was read. */
function nameIn(fact: string | undefined): string | undefined {
  const name = (fact ?? '').replace(/^(?:issuer|subject) ?= ?/, '').replaceAll(' = ', '=');
  return name === '' ? undefined : `"${name}"`;
}

/** The dates of a certificate: from when until when. */
const datesIn = (fact: string | undefined) => (fact ?? '').trim().split(' ').map(momentOf);

/** By whom the certificate was issued that the server shows, and that this is another one than the CA of the cluster. */
function issuedBy(facts: Facts): string {
  const [issuer, authority] = [nameIn(facts.get('issuer')), nameIn(facts.get('ca'))];
  if (issuer === undefined) return 'a certificate that is not from the CA of the cluster';
  if (issuer === authority) return `a certificate of another CA that also calls itself ${issuer}`;
  return `a certificate issued by ${issuer}${authority === undefined ? '' : `, while the CA of the cluster is ${authority}`}`;
}

/** What is wrong with the certificate that the server shows; undefined for a reason that is about none. */
export function describeCertificate(facts: Facts, reason: ReasonCode, server: string, host: string): string | undefined {
  const [from, until] = datesIn(facts.get('valid'));
  switch (reason) {
    case 'ServerCertificateExpired':
      return `the certificate of ${server} expired${until === undefined ? '' : ` on ${until}`}`;
    case 'ServerCertificateNotYetValid':
      return `the certificate of ${server} is not valid ${from === undefined ? 'yet' : `before ${from}`}`;
    case 'ServerCertificateWrongName': {
      const issuer = nameIn(facts.get('issuer'));
      return `${server} shows a certificate that is not for the name ${host}${issuer === undefined ? '' : `, issued by ${issuer}`}`;
    }
    case 'ServerCertificateUnknownIssuer':
    case 'TlsIntercepted':
      return `${server} shows ${issuedBy(facts)}`;
    case 'ClockSkew': {
      const [own, others] = [numberOf(facts.get('clock')), numberOf(facts.get('server_clock'))];
      if (own === undefined || others === undefined) return undefined;
      return `the clock of the node is ${spanOf(Math.abs(own - others))} ${own > others ? 'ahead of' : 'behind'} that of ${server}: ${momentOf(String(own))}`;
    }
    default:
      return undefined;
  }
}

/** What is wrong with the client certificate of the node; undefined for a reason that is about none. */
export function describeClient(facts: Facts, reason: ReasonCode): string | undefined {
  const [from, until] = datesIn(facts.get('client'));
  const authority = nameIn(facts.get('ca'));
  if (reason === 'ClientCertificateExpired')
    return `the client certificate of the node expired${until === undefined ? '' : ` on ${until}`}`;
  if (reason === 'ClientCertificateNotYetValid')
    return `the client certificate of the node is not valid ${from === undefined ? 'yet' : `before ${from}`}`;
  if (reason === 'ClientCertificateForeign')
    return `the client certificate of the node is not from the CA of the cluster${authority === undefined ? '' : `, ${authority}`}`;
  return undefined;
}

/** How long the diagnosis, or else kubectl, waited for an answer, as the end of a clause. */
export function waitedFor(facts: Facts): string {
  const ms = numberOf(/after (\d{1,6}) (?:ms|milliseconds)/.exec(facts.get('curl_said') ?? '')?.[1] ?? facts.get('ms'));
  return ms === undefined ? ' in time' : ` within ${secondsOf(ms)}`;
}

/** How the TLS handshake ended. */
export function describeHandshake(facts: Facts): string {
  const said = facts.get('curl_said') ?? '';
  const ended = facts.get('handshake');
  if (/wrong version number|packet length|HTTP response to HTTPS|not.*TLS|record overflow/i.test(said))
    return 'answered with something that is not TLS';
  const alert = /alert ([a-z ]{3,40})/i.exec(said)?.[1]?.trim();
  if (alert !== undefined) return `ended the TLS handshake with the alert "${alert}"`;
  if (ended === 'reset' || /reset/i.test(said)) return 'reset the connection in the TLS handshake';
  if (ended === 'closed' || /unexpected eof|SSL_ERROR_SYSCALL|\bEOF\b|closed/i.test(said))
    return 'closed the connection in the TLS handshake';
  const words = plainWords(said);
  return `failed in the TLS handshake${words === '' ? '' : `: ${words}`}`;
}

/** What became of requests in plain text, which a live API server answers whatever becomes of TLS; empty if none was tried. */
export function describePlain(facts: Facts): string {
  const [, heard, fastest, slowest] = /^(\d) of 5 in (\d*)-(\d*) ms$/.exec(facts.get('small') ?? '') ?? [];
  if (heard === undefined) return facts.get('plain') === 'silent' ? '; plain text: no answer either' : '';
  if (heard === '0') return '; plain text: 0 of 5 requests answered';
  return `; plain text: ${heard} of 5 requests answered, in ${fastest} to ${slowest} ms, with up to ${facts.get('largest') || 0} bytes`;
}
