import { describe, expect, it } from 'vitest';
import type { ReasonCode } from '../../src/model/reasons.ts';
import { classifyReport } from '../../src/probe/classify.ts';

// What windows.ps1 prints in each case is tested in windows-ps1-runs.test.ts; here, what is made of it.
const judged = (facts: Record<string, string>, exitCode = 1) => classifyReport({ exitCode, facts: new Map(Object.entries(facts)) });
const ok = { ms: '900', config_ms: '300', kubeconfig: 'ok', host: 'api.example', port: '443' };
const reached = { ...ok, dns: '10.0.0.1', tcp: 'ok' };
const proxied = { ...ok, proxy: '10.0.0.9:3128', proxy_tcp: 'ok', direct: 'ok' };

describe('what a Windows node says', () => {
  it.each<[string, Record<string, string>, ReasonCode]>([
    ['a credential that cannot be read', { ...ok, local_fault: 'credential' }, 'ClientCredentialBroken'],
    ['a plugin that cannot be run', { ...ok, local_fault: 'plugin' }, 'ClientCredentialBroken'],
    ['a CA that cannot be read', { ...ok, local_fault: 'ca' }, 'KubeconfigBroken'],
    ['another fault before anything is sent', { ...ok, local_fault: 'other' }, 'Undiagnosed'],
    ['a proxy that is down', { ...proxied, proxy_tcp: 'refused' }, 'ProxyUnreachable'],
    ['a proxy that refuses', { ...proxied, tunnel: '403' }, 'ProxyRefused'],
    ['a proxy that says nothing', { ...proxied, tunnel: 'timeout' }, 'ProxyRefused'],
    ['a name that nobody knows', { ...ok, dns: 'failed', dns_own: 'unknown', dns_azure: 'unknown' }, 'NameNotFound'],
    ['a name without address', { ...ok, dns: 'failed', dns_own: 'empty', dns_azure: 'empty' }, 'NameNotFound'],
    ['a name that Azure alone knows', { ...ok, dns: 'failed', dns_own: 'unknown', dns_azure: 'found' }, 'ResolverDiffers'],
    ['a DNS server that fails', { ...ok, dns: 'failed', dns_own: 'servfail', dns_azure: 'found' }, 'DnsServerFailure'],
    ['a DNS server that refuses', { ...ok, dns: 'failed', dns_own: 'refused', dns_azure: 'found' }, 'DnsRefused'],
    ['a DNS server that is silent', { ...ok, dns: 'failed', dns_own: 'timeout', dns_azure: 'found' }, 'DnsTimeout'],
    ['no DNS server', { ...ok, dns: 'failed', dns_own: 'noserver', resolver: '', dns_azure: 'found' }, 'NoNameServer'],
    ['a port that refuses', { ...reached, tcp: 'refused' }, 'ConnectionRefused'],
    ['packets that are dropped', { ...reached, tcp: 'timeout', egress: 'mcr.microsoft.com 200' }, 'ConnectionTimedOut'],
    ['no egress at all', { ...reached, tcp: 'timeout', egress: 'mcr.microsoft.com 000' }, 'NoEgress'],
    ['no local port', { ...reached, tcp: 'exhausted' }, 'LocalPortsExhausted'],
    ['a server that is silent', { ...reached, handshake: 'timeout', plain: 'silent', curl: '28' }, 'ServerSilent'],
    ['a server whose TLS does not come through', { ...reached, handshake: 'timeout', plain: '400', curl: '28' }, 'TlsTimedOut'],
    ['a reset in the handshake', { ...reached, handshake: 'reset', curl: '35' }, 'TlsFailed'],
    ['a reset after it', { ...reached, secured_s: '1', curl: '56' }, 'ConnectionReset'],
    ['no answer after it', { ...reached, secured_s: '1', curl: '28' }, 'HttpTimedOut'],
    ['a certificate that has expired', { ...reached, secured_s: '1', verify: '10', curl: '60' }, 'ServerCertificateExpired'],
    ['a certificate for another name', { ...reached, secured_s: '1', verify: '62', curl: '60' }, 'ServerCertificateWrongName'],
    ['401', { ...reached, curl: '0', version: '401' }, 'Unauthorized'],
    ['429', { ...reached, curl: '0', version: '429' }, 'ServerOverloaded'],
    ['a log-in page', { ...reached, curl: '0', version: '200', type: 'text/html' }, 'UnexpectedAnswer'],
    ['a server that is not ready', { ...reached, curl: '0', version: '200', readyz: '500', unready: 'etcd' }, 'ServerNotReady'],
    [
      'a dead address beside one that answers',
      { ...reached, dead: '10.0.0.2 timeout', curl: '0', version: '200', readyz: '200' },
      'AddressDead',
    ],
    ['nothing, a moment later', { ...reached, curl: '0', version: '200', readyz: '200' }, 'Transient'],
  ])('of %s is a failure with its reason', (_, facts, reason) => {
    expect(judged(facts)).toMatchObject({ verdict: 'unreachable', reason });
  });

  it.each<[string, Record<string, string>, number, ReasonCode]>([
    ['a kubectl that Windows refuses to start', { kubectl: 'otherarch', kubectl_said: 'not a valid application' }, 127, 'KubectlBroken'],
    ['a kubectl that was ended from outside', { ...ok }, 255, 'KubectlKilled'],
    ['a kubeconfig that takes too long to read', { ...ok, kubeconfig: 'timeout' }, 124, 'NodeTooSlow'],
    ['the same after our time limit', { ...ok, ms: '8003', kubeconfig: 'timeout' }, 124, 'NodeTooSlow'],
    [
      'a request that we cut, while the server answers',
      { ...reached, ms: '8003', curl: '0', version: '200', readyz: '200' },
      124,
      'NodeTooSlow',
    ],
    ['a success without a version', { ...ok }, 0, 'KubectlBroken'],
  ])('of %s proves nothing', (_, facts, exitCode, reason) => {
    expect(judged(facts, exitCode)).toMatchObject({ verdict: 'unknown', reason });
  });
});
