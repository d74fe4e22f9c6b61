import { isIP } from 'node:net';
import type { ReasonCode } from '../model/reasons.ts';
import { type Facts, numberOf, wordOf } from '../probe/facts.ts';
import type { Observation } from './evaluate/case.ts';

const HTTPS = 443;

const wordsOf = (text: string | undefined) => (text ?? '').split(/\s+/).filter((word) => word !== '');
const addressesIn = (text: string | undefined) => wordsOf(text).filter((word) => isIP(word) > 0);

/** The address that a node connected to: the one that its name resolved to, or the one that the kubeconfig names. */
function addressOf(facts: Facts): string | undefined {
  const host = (facts.get('host') ?? '').replace(/^\[|\]$/g, '');
  return addressesIn(facts.get('dns'))[0] ?? (isIP(host) > 0 ? host : undefined);
}

function dnsOf(facts: Facts): Observation['dns'] {
  const dns = facts.get('dns');
  if (dns === 'failed' || dns === 'timeout') return dns;
  return addressOf(facts) === undefined ? undefined : 'found';
}

/**
 * Whether other places than the API server were reached. The fact ends in what came of the first that answered: a status, `tls` where only its certificate
 * was not accepted, 000 where none could be connected to. A name that was not found, or time that was up, says neither.
 */
function egressOf(facts: Facts): Observation['egress'] {
  const [, came] = / (\d{3}|tls)$/.exec(facts.get('egress') ?? '') ?? [];
  if (came === undefined) return undefined;
  return came === '000' ? 'fails' : 'works';
}

/**
 * Puts together what a failing node saw of its way to the API server. Pure.
 *
 * @param facts - what its script measured; none where it gave no verdict.
 * @param failures - how many probes in a row failed.
 */
export function observe(reason: ReasonCode, facts: Facts, failures: number, blind = false): Observation {
  const azure = facts.get('dns_azure');
  const said = wordOf(azure);
  return {
    reason,
    blind,
    host: facts.get('host'),
    port: numberOf(facts.get('port')) ?? HTTPS,
    address: addressOf(facts),
    dns: dnsOf(facts),
    resolvers: addressesIn(facts.get('resolver')),
    azureDns: said ? { said, addresses: addressesIn(azure) } : undefined,
    tcp: wordOf(facts.get('tcp')),
    egress: egressOf(facts),
    proxied: Boolean(facts.get('proxy')),
    failures,
  };
}
