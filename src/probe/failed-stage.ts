import type { ReasonCode } from '../model/reasons.ts';
import { certificateReason, clientCertificateReason } from './certificates.ts';
import { type Facts, numberOf, wordOf } from './facts.ts';
import { handshakeReason } from './handshake.ts';

/** From so many milliseconds on, a name lookup takes longer than kubectl waits before it asks again. */
const SLOW_DNS_MS = 2_000;

/** States of a connection that somebody answered with, or the node's own kernel. */
const ANSWERS = ['refused', 'prohibited', 'unreachable', 'exhausted'];

/** Whether the egress endpoints were tried, and could not be reached either by an address that was found. */
const isCutOff = (facts: Facts) => facts.get('egress')?.endsWith(' 000') ?? false;

function dnsReason(facts: Facts): ReasonCode {
  const own = wordOf(facts.get('dns_own'));
  const azure = wordOf(facts.get('dns_azure'));
  if (isCutOff(facts) && azure === 'timeout') return 'NoEgress';
  // An empty fact: the node was asked for its resolvers, and has none.
  if (facts.get('resolver') === '' || own === 'noserver') return 'NoNameServer';
  if (own === 'noroute') return 'NoRoute';
  if (own === 'closed') return 'ResolverDead';
  if (own === 'servfail') return 'DnsServerFailure';
  if (own === 'refused') return 'DnsRefused';
  // A resolver that does not answer is down for every name, even if another resolver knows this name.
  const isUnasked = own === undefined || own === '' || own === 'skipped';
  if (own === 'timeout' || (isUnasked && facts.get('dns') === 'timeout')) return 'DnsTimeout';
  if (own === 'found') return (numberOf(facts.get('dns_ms')) ?? 0) >= SLOW_DNS_MS ? 'DnsSlow' : 'Transient';
  if (azure === 'found') return 'ResolverDiffers';
  return own !== undefined && isUnasked ? 'Undiagnosed' : 'NameNotFound';
}

/** Whether /etc/hosts leads elsewhere than Azure's own DNS does. */
function isMisledByHosts(facts: Facts): boolean {
  const [found, ...addresses] = facts.get('dns_azure')?.split(' ') ?? [];
  return facts.get('hosts') === 'yes' && found === 'found' && addresses.length > 0 && !addresses.includes(facts.get('dns') ?? '');
}

function tcpReason(tcp: string, facts: Facts): ReasonCode {
  if (isMisledByHosts(facts)) return 'HostsFile';
  if (tcp === 'refused') return 'ConnectionRefused';
  if (tcp === 'exhausted') return 'LocalPortsExhausted';
  if (isCutOff(facts)) return 'NoEgress';
  if (tcp === 'timeout') return 'ConnectionTimedOut';
  if (tcp === 'unreachable') return 'NoRoute';
  // The node's own table has a route, so it was somebody on the way who answered.
  if (tcp === 'prohibited') return / dev /.test(` ${facts.get('route') ?? ''} `) ? 'ConnectionProhibited' : 'NoRoute';
  return 'Undiagnosed';
}

/** What an answer of the API server means, or of what answers instead of it. */
function answerReason(code: number, facts: Facts): ReasonCode {
  if (/html/i.test(facts.get('type') ?? '')) return 'UnexpectedAnswer';
  if (code === 401) return clientCertificateReason(facts) ?? 'Unauthorized';
  if (code === 403) return 'Forbidden';
  if (code === 429) return 'ServerOverloaded';
  if (code === 503) return 'ServerNotReady';
  if (code >= 500) return 'ServerError';
  if (code !== 200) return 'UnexpectedAnswer';
  const ready = facts.get('readyz') ?? '200';
  if (/^5|^000$/.test(ready)) return 'ServerNotReady';
  if (facts.has('dead')) return 'AddressDead';
  if ((numberOf(facts.get('dns_ms')) ?? 0) >= SLOW_DNS_MS) return 'DnsSlow';
  // Windows measures the way past the proxy, which kubectl does not take.
  return facts.get('proxy') && !facts.has('tunnel') ? 'ProxyDiffers' : 'Transient';
}

// Exit codes of curl: https://curl.se/docs/manpage.html#EXIT
function httpReason(facts: Facts): ReasonCode {
  const secured = (numberOf(facts.get('secured_s')) ?? 0) > 0;
  switch (numberOf(facts.get('curl'))) {
    case 0:
      return answerReason(numberOf(facts.get('version')) ?? 0, facts);
    case 7:
      return handshakeReason(facts, 'Undiagnosed');
    case 28:
      return secured ? 'HttpTimedOut' : handshakeReason(facts, 'TlsTimedOut');
    case 51:
    case 60:
      return facts.get('ca_file') === 'none' ? 'KubeconfigBroken' : certificateReason(facts);
    case 58:
      return 'ClientCredentialBroken';
    case 35:
      return clientCertificateReason(facts) ?? handshakeReason(facts, 'TlsFailed');
    case 77:
      return 'KubeconfigBroken';
    case 16:
    case 18:
    case 52:
    case 55:
    case 56:
    case 92:
      return secured ? 'ConnectionReset' : handshakeReason(facts, 'TlsFailed');
    default:
      return 'Undiagnosed';
  }
}

/** Whether kubectl had nothing to sign in with, so that what curl was answered without it says nothing. */
function isWithoutCredential(facts: Facts): boolean {
  const credential = facts.get('credential') ?? '';
  if (['missing', 'broken', 'none'].includes(credential)) return true;
  // A plugin that gave no credentials: kubectl asked nothing.
  return credential === 'plugin' && !facts.has('status') && ['200', '401'].includes(facts.get('version') ?? '');
}

/** The reason of the first stage that failed, in the order in which kubectl passes them. */
export function stageThatFailed(facts: Facts): ReasonCode {
  const kubeconfig = facts.get('kubeconfig');
  if (kubeconfig === 'missing') return 'KubeconfigMissing';
  if (kubeconfig === 'broken' || kubeconfig === 'insecure' || facts.get('ca_file') === 'broken') return 'KubeconfigBroken';
  // What kubectl on Windows says before it sends anything.
  const local = facts.get('local_fault');
  if (local !== undefined) return local === 'ca' ? 'KubeconfigBroken' : local === 'other' ? 'Undiagnosed' : 'ClientCredentialBroken';
  // What kubectl's own request was answered tells more than what a later one of the diagnosis is.
  const status = numberOf(facts.get('status'));
  if (status !== undefined && status !== 200) return answerReason(status, facts);
  const proxy = facts.get('proxy_tcp');
  if (proxy === 'skipped') return 'Undiagnosed';
  if (proxy !== undefined && proxy !== 'ok') return 'ProxyUnreachable';
  if (/^([345]\d\d|timeout|failed)$/.test(facts.get('tunnel') ?? '')) return 'ProxyRefused';
  const dns = facts.get('dns');
  if (dns === 'failed' || dns === 'timeout') return dnsReason(facts);
  const tcp = facts.get('tcp');
  if (tcp !== undefined && tcp !== 'ok') return tcpReason(wordOf(tcp)!, facts);
  if (isWithoutCredential(facts)) return 'ClientCredentialBroken';
  return facts.has('curl') ? httpReason(facts) : 'Undiagnosed';
}

/** Whether what failed is that something did not come in time: on a slow node that proves nothing. What was answered or refused proves it there too. */
export function restsOnTime(facts: Facts): boolean {
  if (facts.has('status') || ['missing', 'broken', 'insecure'].includes(facts.get('kubeconfig') ?? '')) return false;
  if ([facts.get('proxy_tcp'), facts.get('tcp')].some((state) => state !== undefined && ANSWERS.includes(state))) return false;
  if (['unknown', 'empty', 'servfail', 'refused', 'closed', 'noroute'].includes(wordOf(facts.get('dns_own')) ?? '')) return false;
  if (facts.get('resolver') === '') return false;
  return ![35, 51, 60].includes(numberOf(facts.get('curl')) ?? 0) && (numberOf(facts.get('version')) ?? 0) <= 200;
}
