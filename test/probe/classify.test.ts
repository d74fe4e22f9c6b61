import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ReasonCode } from '../../src/model/reasons.ts';
import { classifyReport } from '../../src/probe/classify.ts';

const failed = (facts: Record<string, string>, exitCode = 1) => classifyReport({ exitCode, facts: new Map(Object.entries(facts)) });
const staged = { ms: '21', said: 'x', kubeconfig: 'ok', host: 'api.example', dns_ms: '2', dns: '10.0.0.1' };
const curled = (curl: string, more: Record<string, string> = {}) => failed({ ...staged, tcp: 'ok', curl, ...more }).reason;
const texts = fc.string({ unit: 'grapheme', maxLength: 60 });
const anyFacts = fc.dictionary(
  fc.constantFrom(
    'kubeconfig',
    'dns',
    'dns_azure',
    'tcp',
    'curl',
    'version',
    'type',
    'secured_s',
    'verify',
    'curl_said',
    'said',
    'host',
    'port',
    'server',
    'egress',
    'clock',
    'other',
  ),
  fc.oneof(texts, fc.constantFrom('0', '7', '28', '60', '200', '503', 'ok', 'missing', 'failed', 'timeout', 'refused', '')),
);

describe('the endpoint of a report', () => {
  const succeeded = (facts: Record<string, string>) => failed({ server: 'v1.33.5', kubeconfig: 'ok', ms: '20', ...facts }, 0);

  it('is named in the message of a success, as OpenShift names what a connection was made to', () => {
    const host = 'shop-dns-1234.hcp.westeurope.azmk8s.io';
    expect(succeeded({ host, port: '443' })).toEqual({
      verdict: 'reachable',
      reason: 'Reachable',
      message: `kubectl version of ${host}:443 succeeded (server v1.33.5)`,
      latencyMs: 20,
      endpoint: `${host}:443`,
    });
    expect(failed({ ...staged, port: '6443' }).endpoint).toBe('api.example:6443');
    expect(succeeded({ host: '[fd00::1]', port: '6443' }).endpoint).toBe('[fd00::1]:6443');
  });

  it.each([
    ['nothing', {}],
    ['no port', { host: 'api.example' }],
    ['no host', { port: '443' }],
    ['a port that is none', { host: 'api.example', port: '1]' }],
    ['a host with a user', { host: 'ada@api.example', port: '443' }],
    ['markup', { host: '<script>', port: '443' }],
    ['words', { host: 'api.example; reboot', port: '443' }],
  ])('is none where the node says %s', (_, facts) => {
    const verdict = succeeded(facts as Record<string, string>);
    expect([verdict.endpoint, verdict.message]).toEqual([undefined, 'kubectl version succeeded (server v1.33.5)']);
  });
});

describe('classifyReport', () => {
  it('calls no node reachable without the version of a server, read from the https server that the kubeconfig names', () => {
    const servers = fc.oneof(texts, fc.constantFrom('v1.33.5', 'v1.34.0-rc.1+aks', 'v1', '1.33.5', 'v1.33.5 <script>', 'v1.33.x', ''));
    const kubeconfigs = fc.constantFrom('ok', 'broken', 'missing', 'insecure', 'timeout', '', 'yes');
    const all = fc.tuple(fc.nat(255), anyFacts, fc.option(servers), fc.option(kubeconfigs));
    fc.assert(
      fc.property(all, ([exitCode, facts, server, kubeconfig]) => {
        const given: Record<string, string> = {
          ...facts,
          ...(server === null ? {} : { server }),
          ...(kubeconfig === null ? {} : { kubeconfig }),
        };
        const { verdict, reason, served } = failed(given, exitCode);
        const isProven = exitCode === 0 && /^v\d+\.\d+\.\d+([-+][-+.0-9A-Za-z]*)?$/.test(given.server ?? '') && given.kubeconfig === 'ok';
        expect(verdict === 'reachable').toBe(isProven && !['missing', 'notprogram'].includes(given.kubectl ?? 'none'));
        expect(reason === 'Reachable').toBe(verdict === 'reachable');
        if (served !== undefined) expect(verdict).toBe('reachable');
        if (verdict === 'unreachable') expect([1, 124, 137]).toContain(exitCode);
      }),
      { numRuns: 10_000 },
    );
  });

  it("calls a node unreachable only by kubectl's own failure, or by our time limit", () => {
    fc.assert(
      fc.property(fc.nat(255), anyFacts, (exitCode, facts) => {
        const { verdict } = failed(facts, exitCode);
        if (exitCode === 1) expect(['unreachable', 'unknown']).toContain(verdict);
        else if (exitCode !== 124 && exitCode !== 137) expect(verdict).not.toBe('unreachable');
      }),
      { numRuns: 2000 },
    );
  });

  it.each<[string, Record<string, string>, number, ReasonCode]>([
    ['has no timeout', { tool: 'timeout' }, 127, 'ToolMissing'],
    ['has an empty file for a kubectl', { kubectl: 'notprogram' }, 127, 'KubectlBroken'],
    ['has the kubectl of another processor', { kubectl: 'otherarch' }, 127, 'KubectlBroken'],
    ['has no kubectl', { kubectl: 'missing' }, 127, 'KubectlMissing'],
    ['has a kubectl that cannot be run', { ms: '3', said: 'Exec format error' }, 126, 'KubectlBroken'],
    ['has no time left for kubectl', { ms: '0' }, 125, 'NodeTooSlow'],
    ['ends kubectl early for want of time', { ms: '3000' }, 124, 'NodeTooSlow'],
    ['was cut at each stage', { ...staged, ms: '8003', tcp: 'skipped' }, 124, 'NodeTooSlow'],
    ['was cut before the stages', { ms: '8003', kubeconfig: 'ok', dns: 'skipped' }, 124, 'NodeTooSlow'],
    ['was cut, and whose curl had no time', { ...staged, ms: '8003', tcp: 'ok', curl: '124' }, 124, 'NodeTooSlow'],
    ['has a kubectl that ends with another code', { ms: '3' }, 2, 'KubectlBroken'],
    ['has a kubectl that crashes', { ms: '3' }, 139, 'KubectlKilled'],
    ['has a kubectl that was killed before its time was up', { ms: '1200' }, 137, 'KubectlKilled'],
    ['has a kubectl that says nothing and succeeds', { ms: '3', kubeconfig: 'ok', server: '' }, 0, 'KubectlBroken'],
    ['cannot say what its kubeconfig holds', { ms: '3', kubeconfig: 'skipped', server: 'v1.33.5' }, 0, 'KubectlBroken'],
    ['succeeds without a kubeconfig', { ms: '3', kubeconfig: 'missing', server: 'v1.33.5' }, 0, 'KubeconfigMissing'],
    ['succeeds on a server that is not https', { ms: '3', kubeconfig: 'insecure', server: 'v1.33.5' }, 0, 'KubeconfigBroken'],
    ['cannot read its kubeconfig in time', { ms: '3', kubeconfig: 'timeout', server: 'v1.33.5' }, 0, 'NodeTooSlow'],
    ['takes long to read it, and times out', { ms: '8001', kubeconfig: 'ok', config_ms: '2600', dns: 'timeout' }, 124, 'NodeTooSlow'],
    ['wakes up late, and times out', { ms: '8001', kubeconfig: 'ok', lag: '1700', dns: '10.0.0.1', tcp: 'timeout' }, 1, 'NodeTooSlow'],
  ])('knows nothing of a node that %s', (_, facts, exitCode, reason) => {
    expect(failed(facts, exitCode)).toMatchObject({ verdict: 'unknown', reason });
  });

  it('believes what was refused or answered on a slow node too', () => {
    const slow = { ...staged, config_ms: '4000' };
    expect(failed({ ...slow, tcp: 'refused' })).toMatchObject({ verdict: 'unreachable', reason: 'ConnectionRefused' });
    expect(failed({ ...slow, status: '401' })).toMatchObject({ verdict: 'unreachable', reason: 'Unauthorized' });
    expect(failed({ kubeconfig: 'ok', config_ms: '4000', dns: 'failed', dns_own: 'unknown' })).toMatchObject({ reason: 'NameNotFound' });
  });

  it.each([124, 137])('knows nothing of a node whose kubectl our time limit ended (exit %i) while the API server answered', (exitCode) => {
    const answered = { ...staged, ms: '8004', tcp: 'ok', curl: '0', version: '200', readyz: '200' };
    expect(failed(answered, exitCode)).toEqual({
      verdict: 'unknown',
      reason: 'NodeTooSlow',
      message: 'kubectl took 8004 ms for api.example (private address 10.0.0.1), while the API server answered',
      latencyMs: 8004,
    });
    // On Windows kubectl itself asks, and is as slow the second time.
    const asked = { ...staged, ms: '8004', tcp: 'ok', curl: '28', secured_s: '1', server_clock: '1', answered: 'yes' };
    expect(failed(asked, exitCode).reason).toBe('NodeTooSlow');
    expect(failed(answered, 1)).toMatchObject({ verdict: 'unreachable', reason: 'Transient' });
  });

  it('calls a node unreachable whose kubectl our time limit ended, where a stage failed too', () => {
    const cut = { ...staged, ms: '8004' };
    expect(failed({ ...cut, tcp: 'timeout' }, 124)).toMatchObject({ verdict: 'unreachable', reason: 'ConnectionTimedOut' });
    expect(failed({ ...cut, tcp: 'ok', curl: '28', secured_s: '0.02' }, 124).reason).toBe('HttpTimedOut');
  });

  it("never lets kubectl's text decide the reason", () => {
    fc.assert(
      fc.property(anyFacts, texts, texts, (facts, one, other) => {
        expect(failed({ ...facts, said: one }).reason).toBe(failed({ ...facts, said: other }).reason);
      }),
      { numRuns: 2000 },
    );
  });

  it.each<[string, Record<string, string>, ReasonCode]>([
    ['no kubeconfig', { kubeconfig: 'missing' }, 'KubeconfigMissing'],
    ['a kubeconfig without server', { kubeconfig: 'broken' }, 'KubeconfigBroken'],
    [
      'a name that no resolver knows',
      { kubeconfig: 'ok', dns: 'failed', dns_azure: 'unknown', egress: 'mcr.microsoft.com 200' },
      'NameNotFound',
    ],
    [
      'a resolver that is silent',
      { kubeconfig: 'ok', dns: 'timeout', dns_azure: 'timeout', egress: 'mcr.microsoft.com 200' },
      'DnsTimeout',
    ],
    [
      "a name that Azure's resolver knows alone",
      { kubeconfig: 'ok', dns: 'failed', dns_azure: 'found', egress: 'mcr.microsoft.com 000' },
      'ResolverDiffers',
    ],
    [
      'a node without a DNS server',
      { kubeconfig: 'ok', dns: 'failed', resolver: '', dns_azure: 'found', egress: 'mcr.microsoft.com 000' },
      'NoNameServer',
    ],
    [
      'a node whose DNS server is there and does not know the name',
      { kubeconfig: 'ok', dns: 'failed', resolver: '10.0.0.4', dns_azure: 'found' },
      'ResolverDiffers',
    ],
    [
      'a node whose every question is lost',
      { kubeconfig: 'ok', dns: 'timeout', dns_azure: 'timeout', egress: 'mcr.microsoft.com 000' },
      'NoEgress',
    ],
    ['a port that is closed', { ...staged, tcp: 'refused', egress: 'mcr.microsoft.com 000' }, 'ConnectionRefused'],
    ['packets that are dropped', { ...staged, tcp: 'timeout', egress: 'mcr.microsoft.com 200' }, 'ConnectionTimedOut'],
    ['packets that are dropped everywhere', { ...staged, tcp: 'timeout', egress: 'mcr.microsoft.com 000' }, 'NoEgress'],
    ['packets that are dropped, where nothing else was tried', { ...staged, tcp: 'timeout' }, 'ConnectionTimedOut'],
    ['no route', { ...staged, tcp: 'unreachable', egress: 'mcr.microsoft.com 200' }, 'NoRoute'],
    ['an odd failure of TCP', { ...staged, tcp: 'failed Permission denied' }, 'Undiagnosed'],
    ['a diagnosis that ended early', { kubeconfig: 'ok', dns: '10.0.0.1' }, 'Undiagnosed'],
    ['no diagnosis', {}, 'Undiagnosed'],
    ['a stage that was not reached for want of time', { kubeconfig: 'ok', dns: 'skipped' }, 'Undiagnosed'],
    ['a connection for which there was no time', { ...staged, tcp: 'skipped' }, 'Undiagnosed'],
    ['a DNS server that fails', { kubeconfig: 'ok', dns: 'failed', dns_own: 'servfail', dns_azure: 'found 10.0.0.1' }, 'DnsServerFailure'],
    ['a DNS server that refuses the node', { kubeconfig: 'ok', dns: 'failed', dns_own: 'refused' }, 'DnsRefused'],
    ['a resolver of the node that is dead', { kubeconfig: 'ok', dns: 'failed', dns_own: 'closed', resolver: '127.0.0.53' }, 'ResolverDead'],
    [
      'DNS that is silent, where no name can be tried either',
      { kubeconfig: 'ok', dns: 'timeout', dns_own: 'timeout', dns_azure: 'timeout', egress: 'mcr.microsoft.com dns' },
      'DnsTimeout',
    ],
    [
      'DNS that was not asked for want of time',
      { kubeconfig: 'ok', dns: 'failed', dns_own: 'skipped', dns_azure: 'skipped' },
      'Undiagnosed',
    ],
    [
      'DNS that timed out, and was not asked again',
      { kubeconfig: 'ok', dns: 'timeout', dns_own: 'skipped', dns_azure: 'skipped' },
      'DnsTimeout',
    ],
    ['a proxy for which there was no time', { ...staged, proxy: '10.0.0.9:3128', proxy_tcp: 'skipped' }, 'Undiagnosed'],
    ['a DNS server that is slow', { kubeconfig: 'ok', dns: 'failed', dns_ms: '4900', dns_own: 'found 10.0.0.1' }, 'DnsSlow'],
    ['a hosts file that misleads', { ...staged, tcp: 'timeout', hosts: 'yes', dns_azure: 'found 10.9.9.9' }, 'HostsFile'],
    ['a hosts file that is right', { ...staged, tcp: 'timeout', hosts: 'yes', dns_azure: 'found 10.0.0.1' }, 'ConnectionTimedOut'],
    ['a firewall that says no', { ...staged, tcp: 'prohibited', route: '10.0.0.1 via 10.224.0.1 dev eth0' }, 'ConnectionProhibited'],
    ['a route that is none', { ...staged, tcp: 'prohibited', route: 'RTNETLINK answers: No route to host' }, 'NoRoute'],
    ['no local port', { ...staged, tcp: 'exhausted' }, 'LocalPortsExhausted'],
    ['a proxy that is down', { ...staged, proxy: '10.0.0.9:3128', proxy_tcp: 'refused' }, 'ProxyUnreachable'],
    ['an answer that kubectl itself got', { ...staged, tcp: 'timeout', status: '429' }, 'ServerOverloaded'],
  ])('names %s', (_, facts, reason) => {
    expect(failed(facts).reason).toBe(reason);
  });

  it.each<[string, Record<string, string>, ReasonCode]>([
    ['28', { secured_s: '0.000000' }, 'TlsTimedOut'],
    ['124', {}, 'Undiagnosed'],
    ['28', { secured_s: '0.020114' }, 'HttpTimedOut'],
    ['35', {}, 'TlsFailed'],
    ['35', { clock: '1700000000', client: '1600000000 1699999999 ' }, 'ClientCertificateExpired'],
    ['51', {}, 'ServerCertificateWrongName'],
    ['56', { secured_s: '0.000000' }, 'TlsFailed'],
    ['56', { secured_s: '0.02' }, 'ConnectionReset'],
    ['52', { secured_s: '0.02' }, 'ConnectionReset'],
    ['60', { verify: '9' }, 'ServerCertificateNotYetValid'],
    ['60', { verify: '9', clock: '1700000000', server_clock: '1700172800' }, 'ClockSkew'],
    ['60', { verify: '9', clock: '1700000000', server_clock: '1700000200' }, 'ServerCertificateNotYetValid'],
    ['60', { verify: '10' }, 'ServerCertificateExpired'],
    ['60', { verify: '10', clock: '1700172800', server_clock: '1700000000' }, 'ClockSkew'],
    ['60', { verify: '20', ca: 'subject=CN = ca', issuer: 'issuer=CN = ca' }, 'ServerCertificateUnknownIssuer'],
    ['60', { verify: '20', ca: 'subject=CN = ca', issuer: 'issuer=O = Corp, CN = Inspection' }, 'TlsIntercepted'],
    ['60', { verify: '20' }, 'ServerCertificateUnknownIssuer'],
    ['60', { verify: '62' }, 'ServerCertificateWrongName'],
    ['60', { verify: '0' }, 'ServerCertificateWrongName'],
    ['0', { version: '401' }, 'Unauthorized'],
    ['0', { version: '401', clock: '1700000000', client: '1600000000 1699999999 ' }, 'ClientCertificateExpired'],
    ['0', { version: '401', clock: '1700000000', client: '1600000000 1799999999 ' }, 'Unauthorized'],
    ['0', { version: '403' }, 'Forbidden'],
    ['0', { version: '500' }, 'ServerError'],
    ['0', { version: '429', livez: '200', readyz: '200' }, 'ServerOverloaded'],
    ['0', { version: '429', type: 'text/html' }, 'UnexpectedAnswer'],
    ['0', { version: '200', proxy: '10.0.0.9:3128' }, 'ProxyDiffers'],
    ['56', { tunnel: '403', proxy: '10.0.0.9:3128' }, 'ProxyRefused'],
    ['0', { version: '200', dead: '10.0.0.2 timeout' }, 'AddressDead'],
    ['0', { version: '200', dns_ms: '4100' }, 'DnsSlow'],
    ['0', { version: '200', readyz: '000' }, 'ServerNotReady'],
    ['16', { secured_s: '0.02' }, 'ConnectionReset'],
    ['58', {}, 'ClientCredentialBroken'],
    ['0', { version: '200', credential: 'missing' }, 'ClientCredentialBroken'],
    ['0', { version: '401', credential: 'plugin' }, 'ClientCredentialBroken'],
    ['0', { version: '401', credential: 'plugin', status: '401' }, 'Unauthorized'],
    ['0', { version: '200', credential: 'none' }, 'ClientCredentialBroken'],
    ['60', { verify: '20', ca_file: 'none' }, 'KubeconfigBroken'],
    ['0', { version: '401', client_signed: 'no' }, 'ClientCertificateForeign'],
    ['0', { version: '401', clock: '1700000000', client: '1700000900 1799999999' }, 'ClientCertificateNotYetValid'],
    ['28', { secured_s: '0', small: '0 of 5 in - ms', plain: 'silent' }, 'ServerSilent'],
    ['28', { secured_s: '0', small: '5 of 5 in 3-20 ms', plain: '400', largest: '600' }, 'PacketsTooLarge'],
    ['28', { secured_s: '0', small: '5 of 5 in 3-20 ms', plain: '400', largest: '1400' }, 'TlsTimedOut'],
    ['28', { secured_s: '0', small: '5 of 5 in 3-1020 ms', plain: '400', largest: '1400' }, 'PacketLoss'],
    ['28', { secured_s: '0', small: '3 of 5 in 3-20 ms', plain: '400', largest: '1400' }, 'PacketLoss'],
    ['28', { secured_s: '0', small: '5 of 5 in 2403-2520 ms', plain: '400', largest: '1400' }, 'SlowPath'],
    ['35', { small: '0 of 5 in - ms', plain: 'closed' }, 'ConnectionReset'],
    ['35', { small: '5 of 5 in 3-9 ms', plain: '400' }, 'TlsFailed'],
    ['0', { version: '403', proxy: '10.0.0.9:3128' }, 'Forbidden'],
    ['0', { version: '503' }, 'ServerNotReady'],
    ['0', { version: '200', livez: '200', readyz: '503' }, 'ServerNotReady'],
    ['0', { version: '200', livez: '200', readyz: '200' }, 'Transient'],
    ['0', { version: '200', type: 'text/html; charset=utf-8' }, 'UnexpectedAnswer'],
    ['0', { version: '302' }, 'UnexpectedAnswer'],
    ['0', { version: '404' }, 'UnexpectedAnswer'],
    ['0', {}, 'UnexpectedAnswer'],
    ['2', {}, 'Undiagnosed'],
    ['127', {}, 'Undiagnosed'],
    ['', {}, 'Undiagnosed'],
  ])('reads exit %s of curl with %o as %s', (curl, facts, reason) => {
    expect(curled(curl, facts)).toBe(reason);
  });

  it('writes a message for people', () => {
    const messages = [
      classifyReport({
        exitCode: 0,
        facts: new Map([
          ['ms', '41'],
          ['server', 'v1.31.4'],
          ['kubeconfig', 'ok'],
        ]),
      }),
      classifyReport({ exitCode: 0, facts: new Map() }),
      failed({ ...staged, tcp: 'refused' }, 1),
      failed({ ...staged, tcp: 'ok', curl: '0', version: '403' }, 1),
      failed({ kubeconfig: 'missing', said: 'error: no such file', ms: '12' }),
      failed({ ms: '7001' }),
      failed({ server: 'v1.31.4', kubeconfig: 'ok', ms: '5700' }, 0),
    ];
    expect(messages).toMatchInlineSnapshot(`
      [
        {
          "latencyMs": 41,
          "message": "kubectl version succeeded (server v1.31.4)",
          "reason": "Reachable",
          "verdict": "reachable",
        },
        {
          "message": "kubectl succeeded without the version of an API server",
          "reason": "KubectlBroken",
          "verdict": "unknown",
        },
        {
          "latencyMs": 21,
          "message": "api.example (private address 10.0.0.1) refused the TCP connection",
          "reason": "ConnectionRefused",
          "verdict": "unreachable",
        },
        {
          "latencyMs": 21,
          "message": "api.example (private address 10.0.0.1) answered HTTP 403",
          "reason": "Forbidden",
          "verdict": "unreachable",
        },
        {
          "latencyMs": 12,
          "message": "the node has no kubeconfig",
          "reason": "KubeconfigMissing",
          "verdict": "unreachable",
        },
        {
          "latencyMs": 7001,
          "message": "kubectl gave up after 7 s on the API server, and no stage shows why",
          "reason": "Undiagnosed",
          "verdict": "unreachable",
        },
        {
          "latencyMs": 5700,
          "message": "kubectl version succeeded (server v1.31.4) in 5.7 s, which is slow",
          "reason": "Reachable",
          "verdict": "reachable",
        },
      ]
    `);
  });
});
