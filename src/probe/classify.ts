import type { ReasonCode } from '../model/reasons.ts';
import { inconclusive, type Verdict } from '../model/verdict.ts';
import type { Report } from './parse.ts';

type Facts = Report['facts'];

const SKEW_SECONDS = 300;

const number = (text: string | undefined) => (text === undefined || text === '' || Number.isNaN(Number(text)) ? undefined : Number(text));

/** Whether the egress endpoints were tried and could not be reached either. */
const isCutOff = (facts: Facts) => facts.get('egress')?.endsWith(' 000') ?? false;

function classifyDns(facts: Facts): ReasonCode {
  if (isCutOff(facts) && facts.get('dns_azure') === 'timeout') return 'NoEgress';
  // A resolver that does not answer is down for every name, even if another resolver knows this name.
  if (facts.get('dns') === 'timeout') return 'DnsTimeout';
  // An empty fact: the node was asked for its resolvers, and has none.
  if (facts.get('resolver') === '') return 'NoNameServer';
  return facts.get('dns_azure') === 'found' ? 'ResolverDiffers' : 'NameNotFound';
}

function classifyTcp(tcp: string, facts: Facts): ReasonCode {
  if (tcp === 'refused') return 'ConnectionRefused';
  if (isCutOff(facts)) return 'NoEgress';
  return tcp === 'timeout' ? 'ConnectionTimedOut' : tcp === 'unreachable' ? 'NoRoute' : 'Undiagnosed';
}

function isSkewed(facts: Facts): boolean {
  const [own, server] = [number(facts.get('clock')), number(facts.get('server_clock'))];
  return own !== undefined && server !== undefined && Math.abs(own - server) > SKEW_SECONDS;
}

/** Whether the name of the certificate's issuer differs from that of the cluster's CA. */
function isIntercepted(facts: Facts): boolean {
  const name = (text: string | undefined) => /CN ?= ?([^,/]+)/.exec(text ?? '')?.[1]?.trim();
  const [issuer, authority] = [name(facts.get('issuer')), name(facts.get('ca'))];
  return issuer !== undefined && authority !== undefined && issuer !== authority;
}

// OpenSSL's X509_V_ERR codes, as curl reports them in ssl_verify_result; curl leaves 0 or 1 where only the name differs.
function classifyCertificate(facts: Facts): ReasonCode {
  switch (number(facts.get('verify'))) {
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

function isClientExpired(facts: Facts): boolean {
  const until = number(facts.get('client')?.trim().split(' ').at(-1));
  const clock = number(facts.get('clock'));
  return until !== undefined && clock !== undefined && until < clock;
}

function classifyAnswer(code: number, facts: Facts): ReasonCode {
  if (/html/i.test(facts.get('type') ?? '')) return 'UnexpectedAnswer';
  if (code === 401) return isClientExpired(facts) ? 'ClientCertificateExpired' : 'Unauthorized';
  if (code === 403) return 'Forbidden';
  if (code === 429) return 'ServerOverloaded';
  if (code === 503 || (code === 200 && facts.get('readyz') === '503')) return 'ServerNotReady';
  if (code >= 500) return 'ServerError';
  return code === 200 ? 'Transient' : 'UnexpectedAnswer';
}

// Exit codes of curl: https://curl.se/docs/manpage.html#EXIT
function classifyHttp(facts: Facts): ReasonCode {
  const secured = (number(facts.get('secured_s')) ?? 0) > 0;
  switch (number(facts.get('curl'))) {
    case 0:
      return classifyAnswer(number(facts.get('version')) ?? 0, facts);
    case 28:
    case 124:
    case 137:
      return secured ? 'HttpTimedOut' : 'TlsTimedOut';
    case 51:
    case 60:
      return classifyCertificate(facts);
    case 35:
    case 58:
      return isClientExpired(facts) ? 'ClientCertificateExpired' : 'TlsFailed';
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

// The first stage that failed names the reason.
function classifyFailure(facts: Facts): ReasonCode {
  if (facts.get('kubeconfig') === 'missing') return 'KubeconfigMissing';
  if (facts.get('kubeconfig') === 'broken') return 'KubeconfigBroken';
  const dns = facts.get('dns');
  if (dns === 'failed' || dns === 'timeout') return classifyDns(facts);
  const tcp = facts.get('tcp');
  if (tcp !== undefined && tcp !== 'ok') return classifyTcp(tcp, facts);
  if (!facts.has('curl')) return 'Undiagnosed';
  const reason = classifyHttp(facts);
  // The diagnosis goes past any proxy, and kubectl does not: where everything passes without it, it is the proxy.
  return reason === 'Transient' && facts.get('proxy') ? 'ProxyFailed' : reason;
}

/** Exit codes of `timeout` when it ends a command: at once, or by a kill a second later. */
const CUT = [124, 137];

const PRIVATE = /^(10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|f[cd][0-9a-f]{2}:)/i;

/** The address that the name resolves to, and whether it is private, as it should be for a private cluster. */
function whereOf(facts: Facts): string {
  const address = facts.get('dns');
  if (address === undefined || !/^[0-9a-f.:]+$/i.test(address) || address === facts.get('host')) return '';
  return ` (${PRIVATE.test(address) ? 'private' : 'public'} address ${address})`;
}

/** The output of the stage that failed, for people to read. */
function detailOf(facts: Facts, reason: ReasonCode): string {
  const tcp = facts.get('tcp');
  if (tcp !== undefined && tcp !== 'ok') return `TCP ${tcp}`;
  if (reason === 'ProxyFailed') return `it went through the proxy ${facts.get('proxy')}, without which the API server answers`;
  const code = facts.get('version');
  if (code !== undefined && code !== '000') return `the API server answered ${code}`;
  return facts.get('curl_said') || facts.get('said') || 'no further detail';
}

const HOST = /^([a-z0-9]([-a-z0-9.]*[a-z0-9])?|\[[0-9a-f:.]+\])$/i;

/** The `host:port` that kubectl connected to; undefined if the node did not report one, or not a valid one. */
function endpointOf(facts: Facts): string | undefined {
  const [host = '', port = ''] = [facts.get('host'), facts.get('port')];
  return HOST.test(host) && /^\d{1,5}$/.test(port) ? `${host}:${port}` : undefined;
}

/**
 * Judges one report. kubectl's exit code decides between reachable and unreachable, unless kubectl was only too slow. The stages of the diagnosis give the reason,
 * never kubectl's text (a closed DNS port reads "connection refused", silent DNS and silent TLS alike "deadline exceeded").
 */
export function classifyReport({ exitCode, facts }: Report): Verdict {
  const latencyMs = number(facts.get('ms'));
  const endpoint = endpointOf(facts);
  const withEndpoint = endpoint === undefined ? {} : { endpoint };
  if (facts.get('kubectl') === 'missing') return inconclusive('KubectlMissing', 'no kubectl at any known path');
  // These exit codes come from `timeout` and the shell: kubectl could not be run, which says nothing about the API server.
  if (exitCode >= 125 && exitCode <= 127)
    return {
      verdict: 'unknown',
      reason: 'KubectlMissing',
      message: `kubectl could not be run: ${facts.get('said') ?? `exit ${exitCode}`}`,
    };
  if (exitCode === 0) {
    const version = facts.get('server');
    return {
      verdict: 'reachable',
      reason: 'Reachable',
      message: `kubectl version${endpoint ? ` of ${endpoint}` : ''} succeeded${version ? ` (server ${version})` : ''}`,
      latencyMs,
      ...withEndpoint,
    };
  }
  const host = facts.get('host');
  const reason = classifyFailure(facts);
  // The script's time limit ended kubectl, while the same request succeeded in a moment: the node is slow, its path to the API server is fine.
  if (CUT.includes(exitCode) && (reason === 'Transient' || facts.get('answered') === 'yes'))
    return {
      verdict: 'unknown',
      reason: 'Slow',
      message: `kubectl took longer than 8 s${host ? ` for ${host}${whereOf(facts)}` : ''}, while the API server answered`,
      latencyMs,
      ...withEndpoint,
    };
  const message = `kubectl version failed${host ? ` for ${host}${whereOf(facts)}` : ''}: ${detailOf(facts, reason)}`;
  return { verdict: 'unreachable', reason, message, latencyMs, ...withEndpoint };
}
