import type { Report } from './parse.ts';
import type { ReasonCode } from './reasons.ts';

/** What a flight, or the lack of one, came to. */
export interface Verdict {
  verdict: 'reachable' | 'unreachable' | 'unknown';
  reason: ReasonCode;
  /** One line for people: the catalogue's sentence made concrete. */
  message: string;
  latencyMs?: number;
}

const number = (text: string | undefined) => (text === undefined || text === '' ? undefined : Number(text));

// OpenSSL's X509_V_ERR codes, as curl reports them in ssl_verify_result.
const CERTIFICATE: Readonly<Record<number, ReasonCode>> = {
  9: 'ServerCertificateNotYetValid',
  10: 'ServerCertificateExpired',
  18: 'ServerCertificateUnknownIssuer',
  19: 'ServerCertificateUnknownIssuer',
  20: 'ServerCertificateUnknownIssuer',
  21: 'ServerCertificateUnknownIssuer',
  62: 'ServerCertificateWrongName',
};

function classifyHttp(code: number): ReasonCode {
  if (code === 401) return 'Unauthorized';
  if (code === 403) return 'Forbidden';
  if (code === 503) return 'ServerNotReady';
  if (code >= 500) return 'ServerError';
  return code === 200 ? 'Transient' : 'UnexpectedAnswer';
}

// Exit codes of curl: https://curl.se/docs/manpage.html#EXIT
function classifyCurl(facts: Report['facts']): ReasonCode {
  const exit = number(facts.get('curl'));
  const said = facts.get('curl_said') ?? '';
  const connected = (number(facts.get('tcp_s')) ?? 0) > 0;
  const secured = (number(facts.get('tls_s')) ?? 0) > 0;
  switch (exit) {
    case 0:
      return classifyHttp(number(facts.get('code')) ?? 0);
    case 6:
      return 'NameNotFound';
    case 7:
      return /no route|unreachable/i.test(said) ? 'NoRoute' : /timed out/i.test(said) ? 'ConnectionTimedOut' : 'ConnectionRefused';
    case 28:
    case 124:
    case 137:
      return secured ? 'HttpTimedOut' : connected ? 'TlsTimedOut' : 'ConnectionTimedOut';
    case 51:
      return 'ServerCertificateWrongName';
    case 60:
      return CERTIFICATE[number(facts.get('verify')) ?? 0] ?? 'ServerCertificateWrongName';
    case 35:
    case 58:
      return 'TlsFailed';
    case 18:
    case 52:
    case 55:
    case 56:
    case 92:
      return secured ? 'ConnectionReset' : 'TlsFailed';
    default:
      return 'Undiagnosed';
  }
}

function classifyFailure(facts: Report['facts']): ReasonCode {
  if (facts.get('kubeconfig') === 'missing') return 'KubeconfigMissing';
  if (facts.get('kubeconfig') === 'broken') return 'KubeconfigBroken';
  const dns = facts.get('dns');
  if (dns?.startsWith('failed:')) return dns === 'failed:124' ? 'DnsTimeout' : 'NameNotFound';
  return facts.has('curl') ? classifyCurl(facts) : 'Undiagnosed';
}

/**
 * Judges one report. kubectl's exit code decides between reachable and unreachable; the stages of the diagnosis give the reason,
 * never kubectl's text (a closed DNS port reads "connection refused", silent DNS and silent TLS alike "deadline exceeded").
 */
export function classifyReport({ exitCode, facts }: Report): Verdict {
  const latencyMs = number(facts.get('ms'));
  if (facts.get('kubectl') === 'missing') return { verdict: 'unknown', reason: 'KubectlMissing', message: 'no kubectl at any known path' };
  if (exitCode === 0) {
    const version = facts.get('server');
    return {
      verdict: 'reachable',
      reason: 'Reachable',
      message: `kubectl version succeeded${version ? ` (server ${version})` : ''}`,
      latencyMs,
    };
  }
  const detail = facts.get('curl_said') || facts.get('said') || 'no further detail';
  const where = facts.get('host');
  return {
    verdict: 'unreachable',
    reason: classifyFailure(facts),
    message: `kubectl version failed${where ? ` for ${where}` : ''} (exit ${exitCode}): ${detail}`,
    latencyMs,
  };
}
