import { describe, expect, it } from 'vitest';
import { observe } from '../../src/diagnose/observe.ts';
import { factsIn } from '../../src/probe/parse.ts';

const nonce = '0123456789abcdef';
const factsOf = (text: string) => new Map(text.split('\n').map((line) => line.split('=') as [string, string]));

describe('what a node saw', () => {
  it('is read from the evidence that is kept of its answer, between the marks of that very run', () => {
    const frame = (own: string, tcp: string) =>
      `[stdout]\n\nAFP1 begin ${own}\ntcp=${tcp}\nbroken line\nAFP1 end ${own} rc=1\n\n[stderr]\n`;
    const text = `Enable succeeded: \n${frame('f'.repeat(16), 'ok')}${frame(nonce, 'timeout')}`;
    expect(factsIn(text, nonce)).toEqual(new Map([['tcp', 'timeout']]));
    expect(factsIn(text, '0'.repeat(16))).toEqual(new Map());
    expect(factsIn('', nonce)).toEqual(new Map());
  });

  it('is its own address of the API server, what came of TCP, and whether other places were reached', () => {
    const facts = factsOf(
      'host=shop.hcp.westeurope.azmk8s.io\nport=443\ndns=20.1.1.1\ntcp=timeout 4.0 s\negress=https://mcr.microsoft.com/v2/ 200',
    );
    expect(observe('ConnectionTimedOut', facts, 3)).toMatchObject({
      host: 'shop.hcp.westeurope.azmk8s.io',
      port: 443,
      address: '20.1.1.1',
      dns: 'found',
      tcp: 'timeout',
      egress: 'works',
      proxied: false,
      failures: 3,
      blind: false,
    });
  });

  it('is the answers of the DNS servers where the name was not found', () => {
    const facts = factsOf('host=a.b\ndns=failed\nresolver=10.0.0.10 10.0.0.11\ndns_azure=found 10.1.0.7\negress=https://x 000');
    expect(observe('ResolverDiffers', facts, 1)).toMatchObject({
      address: undefined,
      dns: 'failed',
      resolvers: ['10.0.0.10', '10.0.0.11'],
      azureDns: { said: 'found', addresses: ['10.1.0.7'] },
      egress: 'fails',
    });
  });

  it.each([
    ['https://mcr.microsoft.com/v2/ 401', 'works'],
    ['mcr.microsoft.com tls', 'works'],
    ['mcr.microsoft.com 000', 'fails'],
    ['mcr.microsoft.com dns', undefined],
    ['mcr.microsoft.com ', undefined],
    ['', undefined],
  ])('is of other places, by "%s": %s', (egress, expected) => {
    expect(observe('ConnectionTimedOut', new Map([['egress', egress]]), 1).egress).toBe(expected);
  });

  it('is nothing of a node that gave no verdict', () => {
    expect(observe('RunCommandTimedOut', new Map(), 0, true)).toMatchObject({ blind: true, address: undefined, tcp: undefined, port: 443 });
  });

  it('is the address in the kubeconfig where that has no name', () => {
    expect(observe('ConnectionTimedOut', factsOf('host=10.1.0.7\nport=443\ntcp=timeout'), 1).address).toBe('10.1.0.7');
    expect(observe('ConnectionTimedOut', factsOf('host=[fd00::7]\nport=443\ntcp=timeout'), 1).address).toBe('fd00::7');
  });
});
