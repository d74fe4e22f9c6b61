import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { classifyReport } from '../../src/probe/classify.ts';
import { type ReasonCode, reasons } from '../../src/probe/reasons.ts';

const failed = (facts: Record<string, string>, exitCode = 1) => classifyReport({ exitCode, facts: new Map(Object.entries(facts)) });
const staged = { ms: '21', said: 'x', kubeconfig: 'ok', host: 'api.example', dns_ms: '2', dns: '10.0.0.1' };
const curled = (curl: string, more: Record<string, string> = {}) => failed({ ...staged, curl, ...more }).reason;
const texts = fc.string({ unit: 'grapheme', maxLength: 60 });
const anyFacts = fc.dictionary(
  fc.constantFrom('kubeconfig', 'dns', 'curl', 'code', 'tcp_s', 'tls_s', 'verify', 'curl_said', 'said', 'host', 'server', 'other'),
  fc.oneof(texts, fc.constantFrom('0', '7', '28', '60', '200', '503', 'ok', 'missing', 'failed:124', 'No route to host', '')),
);

describe('classifyReport', () => {
  it("lets kubectl's exit code alone decide between reachable and unreachable", () => {
    fc.assert(
      fc.property(fc.nat(255), anyFacts, (exitCode, facts) => {
        const { verdict, reason } = failed(facts, exitCode);
        expect(verdict).toBe(exitCode === 0 ? 'reachable' : 'unreachable');
        expect(reason === 'Reachable').toBe(exitCode === 0);
        expect(Object.keys(reasons)).toContain(reason);
      }),
      { numRuns: 2000 },
    );
  });

  it("never lets kubectl's text decide the reason", () => {
    fc.assert(
      fc.property(anyFacts, texts, texts, (facts, one, other) => {
        expect(failed({ ...facts, said: one }).reason).toBe(failed({ ...facts, said: other }).reason);
      }),
      { numRuns: 2000 },
    );
  });

  it('knows nothing of a node without kubectl, whatever the exit code', () => {
    const verdict = { verdict: 'unknown', reason: 'KubectlMissing', message: 'no kubectl at any known path' };
    expect([failed({ kubectl: 'missing' }, 127), failed({ kubectl: 'missing' }, 0)]).toEqual([verdict, verdict]);
  });

  it.each<[string, Record<string, string>, ReasonCode]>([
    ['no kubeconfig', { kubeconfig: 'missing' }, 'KubeconfigMissing'],
    ['a kubeconfig without server', { kubeconfig: 'broken' }, 'KubeconfigBroken'],
    ['a name that the resolver does not know', { kubeconfig: 'ok', dns: 'failed:2' }, 'NameNotFound'],
    ['a resolver that is silent', { kubeconfig: 'ok', dns: 'failed:124' }, 'DnsTimeout'],
    ['a diagnosis that ended early', { kubeconfig: 'ok', dns: '10.0.0.1' }, 'Undiagnosed'],
    ['no diagnosis', {}, 'Undiagnosed'],
  ])('names %s', (_, facts, reason) => {
    expect(failed(facts).reason).toBe(reason);
  });

  it.each<[string, Record<string, string>, ReasonCode]>([
    ['6', {}, 'NameNotFound'],
    ['7', { curl_said: 'curl: (7) Failed to connect to 10.0.0.1 port 443: Connection refused' }, 'ConnectionRefused'],
    ['7', { curl_said: 'curl: (7) Failed to connect to 10.0.0.1 port 443: No route to host' }, 'NoRoute'],
    ['7', { curl_said: 'curl: (7) Failed to connect to 10.0.0.1 port 443: Network is unreachable' }, 'NoRoute'],
    ['7', { curl_said: 'curl: (7) Failed to connect to 10.0.0.1 port 443: Connection timed out' }, 'ConnectionTimedOut'],
    ['28', { tcp_s: '0.000000', tls_s: '0.000000' }, 'ConnectionTimedOut'],
    ['28', { tcp_s: '0.004211', tls_s: '0.000000' }, 'TlsTimedOut'],
    ['28', { tcp_s: '0.004211', tls_s: '0.020114' }, 'HttpTimedOut'],
    ['35', {}, 'TlsFailed'],
    ['51', {}, 'ServerCertificateWrongName'],
    ['56', { tcp_s: '0.004', tls_s: '0.000000' }, 'TlsFailed'],
    ['56', { tcp_s: '0.004', tls_s: '0.02' }, 'ConnectionReset'],
    ['52', { tls_s: '0.02' }, 'ConnectionReset'],
    ['60', { verify: '9' }, 'ServerCertificateNotYetValid'],
    ['60', { verify: '10' }, 'ServerCertificateExpired'],
    ['60', { verify: '20' }, 'ServerCertificateUnknownIssuer'],
    ['60', { verify: '62' }, 'ServerCertificateWrongName'],
    ['60', { verify: '0' }, 'ServerCertificateWrongName'],
    ['0', { code: '401' }, 'Unauthorized'],
    ['0', { code: '403' }, 'Forbidden'],
    ['0', { code: '500' }, 'ServerError'],
    ['0', { code: '503' }, 'ServerNotReady'],
    ['0', { code: '200' }, 'Transient'],
    ['0', { code: '302' }, 'UnexpectedAnswer'],
    ['0', { code: '404' }, 'UnexpectedAnswer'],
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
      failed({ ...staged, curl: '7', curl_said: 'curl: (7) Failed to connect' }, 1),
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
          "message": "kubectl version failed for api.example (exit 1): curl: (7) Failed to connect",
          "reason": "ConnectionRefused",
          "verdict": "unreachable",
        },
        {
          "latencyMs": 12,
          "message": "kubectl version failed (exit 1): error: no such file",
          "reason": "KubeconfigMissing",
          "verdict": "unreachable",
        },
        {
          "latencyMs": undefined,
          "message": "kubectl version failed (exit 124): no further detail",
          "reason": "Undiagnosed",
          "verdict": "unreachable",
        },
      ]
    `);
  });
});
