import type { ReasonCode } from '../model/reasons.ts';
import { describeDns } from './describe-dns.ts';
import { describeCertificate, describeClient, describeHandshake, describePlain, waitedFor } from './describe-tls.ts';
import { type Facts, numberOf, wordOf } from './facts.ts';
import { plainWords } from './plain-words.ts';
import { secondsOf } from './say-time.ts';

const PRIVATE = /^(10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|f[cd][0-9a-f]{2}:)/i;
const HOST = /^([a-z0-9]([-a-z0-9.]*[a-z0-9])?\.?|\[[0-9a-f:.]+\])$/i;

/** The `host:port` that kubectl connected to; undefined if the node did not report one, or not a valid one. */
export function endpointOf(facts: Facts): string | undefined {
  const [host = '', port = ''] = [facts.get('host'), facts.get('port')];
  return HOST.test(host) && /^\d{1,5}$/.test(port) ? `${host}:${port}` : undefined;
}

/** The address that the name resolves to, and whether it is private, as it should be for a private cluster. */
function whereOf(facts: Facts): string {
  const address = facts.get('dns');
  if (address === undefined || !/^[0-9a-f.:]+$/i.test(address) || address === facts.get('host')?.replace(/[[\]]/g, '')) return '';
  const hosts = facts.get('hosts') === 'yes' ? ', from /etc/hosts' : '';
  return ` (${PRIVATE.test(address) ? 'private' : 'public'} address ${address}${hosts})`;
}

/** The API server as the node sees it: its name and port, its address, and the proxy on the way to it. */
export function serverOf(facts: Facts): string {
  const proxy = facts.get('proxy');
  return `${endpointOf(facts) ?? facts.get('host') ?? 'the API server'}${whereOf(facts)}${proxy ? ` through the proxy ${proxy}` : ''}`;
}

const within = (ms: string | undefined) => (numberOf(ms) ? ` within ${secondsOf(numberOf(ms)!)}` : '');

/** What became of a TCP connection to something. */
function describeTcp(state: string, to: string, waited: string): string {
  switch (wordOf(state)) {
    case 'refused':
      return `${to} refused the TCP connection`;
    case 'timeout':
      return `${to} did not answer TCP${waited}`;
    case 'unreachable':
      return `the node has no route to ${to}`;
    case 'prohibited':
      return `a router or firewall on the way answered that ${to} may not be reached`;
    case 'exhausted':
      return `the node has no local port left for a connection to ${to}`;
    case 'unresolved':
      return `the name of ${to} did not resolve on the node`;
    case 'ok':
      return `${to} answers TCP`;
    default:
      return `TCP to ${to} failed${plainWords(state.replace(/^\S+ ?/, '')) && `: ${plainWords(state.replace(/^\S+ ?/, ''))}`}`;
  }
}

function describeKubeconfig(facts: Facts): string {
  if (facts.get('kubeconfig') === 'missing') return 'the node has no kubeconfig';
  if (facts.get('kubeconfig') === 'insecure') return 'the kubeconfig names a server that is not https';
  const said = plainWords(facts.get('kubeconfig_said'));
  if (facts.get('kubeconfig') === 'broken')
    return said === '' ? 'the kubeconfig names no server' : `the kubeconfig cannot be read: ${said}`;
  return `the kubeconfig names no certificate authority that can be read${facts.has('ca_file') ? ` (${facts.get('ca_file')})` : ''}`;
}

/** What is wrong with the credentials of the node, by what the script found. */
const CREDENTIALS: Readonly<Record<string, string>> = {
  missing: 'the client certificate, key or token that the kubeconfig names is missing',
  broken: 'the client certificate and key that the kubeconfig names do not fit together, or cannot be read',
  none: 'the kubeconfig names no client credentials',
  plugin: 'the credential plugin that the kubeconfig names gave no credentials',
};

const describeCredential = (facts: Facts) =>
  CREDENTIALS[facts.get('local_fault') === 'plugin' ? 'plugin' : (facts.get('credential') ?? '')] ??
  'the client credentials that the kubeconfig names cannot be used';

function describeProxy(facts: Facts, reason: ReasonCode): string | undefined {
  const proxy = facts.get('proxy') ?? '';
  const endpoint = endpointOf(facts) ?? 'the API server';
  const [state, tunnel, direct] = [facts.get('proxy_tcp') ?? '', facts.get('tunnel') ?? '', facts.get('direct')];
  if (reason === 'ProxyUnreachable')
    return `${describeTcp(state, `the proxy ${proxy}`, ' within 3 s')}${direct === undefined ? '' : `; without it, TCP to the API server: ${direct}`}`;
  if (reason === 'ProxyRefused')
    return /^\d/.test(tunnel)
      ? `the proxy ${proxy} answered ${tunnel} to the request for a tunnel to ${endpoint}`
      : `the proxy ${proxy} gave no tunnel to ${endpoint}${tunnel === 'timeout' ? ' in time' : ''}`;
  return reason === 'ProxyDiffers' ? `${endpoint} does not answer through the proxy ${proxy}, and answers without it` : undefined;
}

/** The status that the API server answered with, if it is not 200; what it said of its health counts where it is. */
function describeAnswer(facts: Facts, reason: ReasonCode, server: string): string | undefined {
  const code = facts.get('status') ?? facts.get('version');
  if (reason === 'UnexpectedAnswer' && /html/i.test(facts.get('type') ?? ''))
    return `${server} answered with a web page (HTTP ${code}), not as an API server`;
  if (code !== undefined && code !== '000' && code !== '200') return `${server} answered HTTP ${code}`;
  if (reason !== 'ServerNotReady') return undefined;
  const ready = facts.get('readyz');
  const unready = facts.get('unready') ? ` (${facts.get('unready')})` : '';
  return `${server} answered ${ready === '000' || ready === undefined ? 'nothing' : `HTTP ${ready}`} to the question whether it is ready (/readyz)${unready}`;
}

/** What failed once TCP was open, of a connection that gave no status. */
function describeConnection(facts: Facts, reason: ReasonCode, server: string): string | undefined {
  switch (reason) {
    case 'TlsFailed':
      return `${server} ${describeHandshake(facts)}${describePlain(facts)}`;
    case 'TlsTimedOut':
    case 'PacketLoss':
    case 'PacketsTooLarge':
    case 'SlowPath':
      return `${server} did not finish the TLS handshake${waitedFor(facts)}${describePlain(facts)}`;
    case 'ServerSilent':
      return `${server} takes connections and answers nothing${waitedFor(facts)}${describePlain(facts)}`;
    case 'HttpTimedOut':
      return `${server} finished the TLS handshake and did not answer the request${waitedFor(facts)}`;
    case 'ConnectionReset':
      return `${server} reset the connection before its answer was complete${describePlain(facts)}`;
    default:
      return undefined;
  }
}

/** What was measured at the stage that failed, as a sentence that names what failed: for people, without the words of the tools that measured it. */
export function describeFailure(facts: Facts, reason: ReasonCode): string {
  const server = serverOf(facts);
  const host = facts.get('host') ?? 'the name of the API server';
  const kubectl = numberOf(facts.get('ms'));
  const waited = kubectl === undefined ? '' : ` after ${secondsOf(kubectl)}`;
  if (reason === 'KubeconfigBroken' || reason === 'KubeconfigMissing') return describeKubeconfig(facts);
  const proxy = describeProxy(facts, reason);
  if (proxy !== undefined) return proxy;
  if (reason === 'ClientCredentialBroken') return describeCredential(facts);
  if (reason === 'AddressDead') {
    const [address = '', state = 'timeout'] = (facts.get('dead') ?? '').split(' ');
    return `of the addresses of ${host}, one fails: ${describeTcp(state, address, ' within 3 s')}`;
  }
  const dns = facts.get('dns');
  const elsewhere = reason === 'NoEgress' ? `; ${wordOf(facts.get('egress')) ?? 'another address'} does not answer either` : '';
  if (dns === 'failed' || dns === 'timeout') return `${describeDns(facts, host)}${elsewhere}`;
  const tcp = facts.get('tcp');
  if (tcp !== undefined && tcp !== 'ok') {
    const truth =
      reason === 'HostsFile' ? `, while Azure's DNS says ${(facts.get('dns_azure') ?? '').split(' ').slice(1).join(' and ')}` : '';
    return `${describeTcp(tcp, server, within(facts.get('tcp_ms')))}${truth}${elsewhere}`;
  }
  const answer = describeAnswer(facts, reason, server);
  const client = describeClient(facts, reason);
  if (client !== undefined) return `${client}; ${answer ?? `${server} ${describeHandshake(facts)}`}`;
  const certificate = describeCertificate(facts, reason, server, host);
  if (certificate !== undefined || answer !== undefined) return certificate ?? answer!;
  if (reason === 'DnsSlow') return `the lookup of ${host} took ${secondsOf(numberOf(facts.get('dns_ms')) ?? 0)}`;
  if (reason === 'Transient') return `kubectl gave up${waited}, and a moment later ${server} answered at every stage`;
  const said = plainWords(facts.get('curl_said') || facts.get('said'));
  return (
    describeConnection(facts, reason, server) ??
    `kubectl gave up${waited} on ${server}${said === '' ? ', and no stage shows why' : `: ${said}`}`
  );
}
