import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ReasonCode, reasons } from '../../src/model/reasons.ts';
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
  const succeeded = (facts: Record<string, string>) => failed({ server: 'v1.33.5', ms: '20', ...facts }, 0);

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
  it("lets kubectl's exit code alone decide between reachable and unreachable, where kubectl ended by itself", () => {
    fc.assert(
      fc.property(fc.nat(123), anyFacts, (exitCode, facts) => {
        const { verdict, reason } = failed(facts, exitCode);
        expect(verdict).toBe(exitCode === 0 ? 'reachable' : 'unreachable');
        expect(reason === 'Reachable').toBe(exitCode === 0);
        expect(Object.keys(reasons)).toContain(reason);
      }),
      { numRuns: 2000 },
    );
  });

  it.each([124, 137])('knows nothing of a node whose kubectl our time limit ended (exit %i) while the API server answered', (exitCode) => {
    const answered = { ...staged, ms: '8004', tcp: 'ok', curl: '0', version: '200', readyz: '200' };
    expect(failed(answered, exitCode)).toEqual({
      verdict: 'unknown',
      reason: 'Slow',
      message: 'kubectl took longer than 8 s for api.example (private address 10.0.0.1), while the API server answered',
      latencyMs: 8004,
    });
    // On Windows kubectl itself asks, and is as slow the second time.
    expect(failed({ ...staged, tcp: 'ok', curl: '28', secured_s: '1', server_clock: '1', answered: 'yes' }, exitCode).reason).toBe('Slow');
    expect(failed(answered, 1)).toMatchObject({ verdict: 'unreachable', reason: 'Transient' });
  });

  it('calls a node unreachable whose kubectl our time limit ended, where a stage failed too', () => {
    fc.assert(
      fc.property(anyFacts, (facts) => {
        const { verdict, reason } = failed(facts, 124);
        expect(verdict).toBe(reason === 'Slow' ? 'unknown' : 'unreachable');
        expect(reason === 'Slow').toBe(failed(facts, 1).reason === 'Transient');
      }),
      { numRuns: 2000 },
    );
    expect(failed({ ...staged, tcp: 'timeout' }, 124)).toMatchObject({ verdict: 'unreachable', reason: 'ConnectionTimedOut' });
    expect(failed({ ...staged, tcp: 'ok', curl: '28', secured_s: '0.02' }, 124).reason).toBe('HttpTimedOut');
  });

  it("never lets kubectl's text decide the reason", () => {
    fc.assert(
      fc.property(anyFacts, texts, texts, (facts, one, other) => {
        expect(failed({ ...facts, said: one }).reason).toBe(failed({ ...facts, said: other }).reason);
      }),
      { numRuns: 2000 },
    );
  });

  it.each([125, 126, 127])('knows nothing of a node whose kubectl could not be run (exit %i)', (exitCode) => {
    expect(failed({ said: "timeout: failed to run command '/opt/bin/kubectl': Exec format error" }, exitCode)).toEqual({
      verdict: 'unknown',
      reason: 'KubectlMissing',
      message: "kubectl could not be run: timeout: failed to run command '/opt/bin/kubectl': Exec format error",
    });
  });

  it('knows nothing of a node without kubectl, whatever the exit code', () => {
    const verdict = { verdict: 'unknown', reason: 'KubectlMissing', message: 'no kubectl at any known path' };
    expect([failed({ kubectl: 'missing' }, 127), failed({ kubectl: 'missing' }, 0)]).toEqual([verdict, verdict]);
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
  ])('names %s', (_, facts, reason) => {
    expect(failed(facts).reason).toBe(reason);
  });

  it.each<[string, Record<string, string>, ReasonCode]>([
    ['28', { secured_s: '0.000000' }, 'TlsTimedOut'],
    ['124', {}, 'TlsTimedOut'],
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
    ['0', { version: '200', proxy: '10.0.0.9:3128' }, 'ProxyFailed'],
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
        ]),
      }),
      classifyReport({ exitCode: 0, facts: new Map() }),
      failed({ ...staged, tcp: 'refused' }, 1),
      failed({ ...staged, tcp: 'ok', curl: '0', version: '403' }, 1),
      failed({ kubeconfig: 'missing', said: 'error: no such file', ms: '12' }),
      failed({}, 124),
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
          "latencyMs": undefined,
          "message": "kubectl version succeeded",
          "reason": "Reachable",
          "verdict": "reachable",
        },
        {
          "latencyMs": 21,
          "message": "kubectl version failed for api.example (private address 10.0.0.1): TCP refused",
          "reason": "ConnectionRefused",
          "verdict": "unreachable",
        },
        {
          "latencyMs": 21,
          "message": "kubectl version failed for api.example (private address 10.0.0.1): the API server answered 403",
          "reason": "Forbidden",
          "verdict": "unreachable",
        },
        {
          "latencyMs": 12,
          "message": "kubectl version failed: error: no such file",
          "reason": "KubeconfigMissing",
          "verdict": "unreachable",
        },
        {
          "latencyMs": undefined,
          "message": "kubectl version failed: no further detail",
          "reason": "Undiagnosed",
          "verdict": "unreachable",
        },
      ]
    `);
  });
});
