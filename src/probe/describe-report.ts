import type { ReasonCode } from '../model/reasons.ts';
import { type Facts, numberOf } from './facts.ts';

const PRIVATE = /^(10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|f[cd][0-9a-f]{2}:)/i;
const HOST = /^([a-z0-9]([-a-z0-9.]*[a-z0-9])?\.?|\[[0-9a-f:.]+\])$/i;

/** The `host:port` that kubectl connected to; undefined if the node did not report one, or not a valid one. */
export function endpointOf(facts: Facts): string | undefined {
  const [host = '', port = ''] = [facts.get('host'), facts.get('port')];
  return HOST.test(host) && /^\d{1,5}$/.test(port) ? `${host}:${port}` : undefined;
}

/** The address that the name resolves to, and whether it is private, as it should be for a private cluster. */
export function whereOf(facts: Facts): string {
  const address = facts.get('dns');
  if (address === undefined || !/^[0-9a-f.:]+$/i.test(address) || address === facts.get('host')?.replace(/[[\]]/g, '')) return '';
  const hosts = facts.get('hosts') === 'yes' ? ', from /etc/hosts' : '';
  return ` (${PRIVATE.test(address) ? 'private' : 'public'} address ${address}${hosts})`;
}

/** What was measured at the stage that failed, for people to read. */
export function detailOf(facts: Facts, reason: ReasonCode): string {
  const of = (key: string) => facts.get(key) ?? '';
  if (facts.get('kubeconfig') === 'insecure') return 'the kubeconfig names a server that is not https';
  if (facts.get('kubeconfig') === 'broken') return of('kubeconfig_said') || 'the kubeconfig names no server';
  if (reason === 'KubeconfigBroken')
    return `the kubeconfig names no certificate authority that can be read${facts.has('ca_file') ? ` (${of('ca_file')})` : ''}`;
  if (reason === 'ProxyUnreachable')
    return `TCP to the proxy ${of('proxy')}: ${of('proxy_tcp')}${facts.has('direct') ? `; without it, TCP to the API server: ${of('direct')}` : ''}`;
  if (reason === 'ProxyRefused') return `the proxy ${of('proxy')} answered ${of('tunnel')}`;
  if (reason === 'ProxyDiffers') return `it went through the proxy ${of('proxy')}, without which the API server answers`;
  if (reason === 'ClientCredentialBroken') return `client credentials: ${of('credential') || 'unreadable'}`;
  if (reason === 'AddressDead') return `of its addresses, ${of('dead')}`;
  const dns = facts.get('dns');
  if (dns === 'failed' || dns === 'timeout') {
    const asked = [
      of('dns_own') && `its DNS server ${of('resolver').split(' ')[0]}: ${of('dns_own')}`,
      of('dns_azure') && `168.63.129.16: ${of('dns_azure')}`,
    ];
    return `DNS ${dns}${asked.some(Boolean) ? ` (${asked.filter(Boolean).join('; ')})` : ''}`;
  }
  const tcp = facts.get('tcp');
  if (tcp !== undefined && tcp !== 'ok') return `TCP ${tcp}${reason === 'HostsFile' ? `, while DNS says ${of('dns_azure')}` : ''}`;
  const code = facts.get('status') ?? facts.get('version');
  if (code !== undefined && code !== '000' && code !== '200') return `the API server answered ${code}`;
  if (reason === 'ServerNotReady') return `the API server answered ${of('readyz')} for /readyz`;
  if (reason === 'DnsSlow') return `the name lookup took ${((numberOf(of('dns_ms')) ?? 0) / 1000).toFixed(1)} s`;
  const plain = facts.has('small') ? `; plain text: ${of('small')}, up to ${of('largest') || 0} bytes of padding` : '';
  return `${of('curl_said') || of('said') || 'no further detail'}${plain}`;
}
