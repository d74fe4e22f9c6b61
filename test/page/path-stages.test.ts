import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ReasonCode, reasons } from '../../src/model/reasons.ts';
import { egressWords, type Probed, pathOf } from '../../src/page/path-stages.ts';

const codes = Object.keys(reasons) as ReasonCode[];
const names = ['kubeconfig', 'DNS', 'TCP', 'TLS', 'auth', 'HTTP', 'served'];
const STAGES = ['kubeconfig', 'dns', 'tcp', 'tls', 'auth', 'http', 'served'] as const;
const statesOf = (probed: Probed, facts: Record<string, string> = {}) =>
  pathOf(probed, new Map(Object.entries(facts))).map(({ state }) => state);

describe('the way of a node that is unreachable', () => {
  it.each(STAGES.slice(0, -1))('breaks at %s: what comes before has passed, what comes after was not reached', (stage) => {
    const own = codes.filter((code) => reasons[code].stage === stage);
    expect(own.length).toBeGreaterThan(0);
    const at = STAGES.indexOf(stage);
    for (const reason of own)
      expect([reason, statesOf({ verdict: 'unreachable', reason, served: null })]).toEqual([
        reason,
        STAGES.map((_, nth) => (nth < at ? 'passed' : nth === at ? 'broke' : 'skipped')),
      ]);
  });

  it('shows what was measured, and nothing of what was not reached', () => {
    const facts = { host: 'shop.hcp.io', port: '443', dns: '20.1.1.1', dns_ms: '12', tcp: 'refused', status: '200' };
    const stages = pathOf({ verdict: 'unreachable', reason: 'ConnectionRefused', served: null }, new Map(Object.entries(facts)));
    expect(stages.map(({ name, took, detail }) => [name, took, detail])).toEqual([
      ['kubeconfig', 'read', 'shop.hcp.io:443'],
      ['DNS', '12 ms', '20.1.1.1'],
      ['TCP', 'failed here', 'port 443: refused'],
      ['TLS', 'not reached', ''],
      ['auth', 'not reached', ''],
      ['HTTP', 'not reached', ''],
      ['served', 'not reached', ''],
    ]);
  });

  it('is not known where the reason is not of it', () => {
    const other = codes.find((code) => reasons[code].stage === 'egress');
    if (other !== undefined)
      expect(new Set(statesOf({ verdict: 'unreachable', reason: other, served: null }))).toEqual(new Set(['unseen']));
  });
});

describe('the way of a node that is reachable', () => {
  const reached = { verdict: 'reachable', reason: 'Reachable', latencyMs: 120 } as const;

  it('has passed up to the answer, and is served, refused, or not asked', () => {
    const served = (ok: boolean | null) => pathOf({ ...reached, served: ok }, new Map()).map(({ state, took }) => [state, took]);
    expect(
      served(true)
        .slice(0, -1)
        .every(([state]) => state === 'passed'),
    ).toBe(true);
    expect(served(true).at(-2)).toEqual(['passed', '120 ms in all']);
    expect([true, false, null].map((ok) => served(ok).at(-1))).toEqual([
      ['passed', 'node object read'],
      ['broke', 'not served'],
      ['unseen', 'not asked'],
    ]);
  });
});

describe('whatever was asked and answered', () => {
  const anyProbe = fc.record({
    verdict: fc.constantFrom('reachable' as const, 'unreachable' as const, 'unknown' as const, 'notProbed' as const),
    reason: fc.constantFrom(...codes),
    served: fc.constantFrom(true, false, null),
  });
  const facts = fc.dictionary(
    fc.constantFrom('dns', 'dns_ms', 'tcp', 'tcp_ms', 'status', 'node_ms', 'credential', 'issuer'),
    fc.string({ maxLength: 12 }),
  );

  it('nothing has passed, or broke, where there is no verdict', () => {
    fc.assert(
      fc.property(anyProbe, facts, (probed, said) => {
        if (probed.verdict === 'unknown' || probed.verdict === 'notProbed')
          expect(new Set(statesOf(probed, said))).toEqual(new Set(['unseen']));
      }),
    );
  });

  it('it has all stages in their order, breaks at one at most, and nothing has passed after that', () => {
    fc.assert(
      fc.property(anyProbe, facts, (probed, said) => {
        expect(pathOf(probed, new Map(Object.entries(said))).map(({ name }) => name)).toEqual(names);
        const states = statesOf(probed, said);
        const broke = states.indexOf('broke');
        expect(states.filter((state) => state === 'broke').length).toBeLessThanOrEqual(1);
        if (broke >= 0) expect(states.slice(broke + 1)).not.toContain('passed');
      }),
    );
  });
});

describe('the rest of the internet', () => {
  it('says whether it is only the API server', () => {
    const words = (egress: string) => egressWords(new Map([['egress', egress]]));
    expect(words('mcr.microsoft.com 200')).toBe('mcr.microsoft.com answers (status 200): it is only the API server.');
    expect(words('mcr.microsoft.com 000')).toBe('mcr.microsoft.com cannot be reached either: it is not only the API server.');
    expect(egressWords(new Map())).toBe('');
  });

  it('is not said to answer without a status', () => {
    expect(egressWords(new Map([['egress', 'mcr.microsoft.com']]))).not.toContain('answers');
  });
});
