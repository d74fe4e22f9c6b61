import { type Facts, numberOf, wordOf } from './facts.ts';
import { secondsOf } from './say-time.ts';

const AZURE_DNS = '168.63.129.16';

/** What a DNS server did, as it ends "the DNS server … ". */
const DID: Readonly<Record<string, string>> = {
  empty: 'has no address for it (empty answer)',
  unknown: 'knows no such name (NXDOMAIN)',
  servfail: 'failed to look it up (SERVFAIL)',
  refused: 'refuses to answer (REFUSED)',
  closed: 'does not run: nothing listens on port 53',
  noroute: 'cannot be reached: there is no route to it',
  timeout: 'does not answer within 3 s',
};

/** What a DNS server did with the name; undefined if it was not asked. */
function didOf(fact: string | undefined): string | undefined {
  const word = wordOf(fact);
  if (word === 'found') {
    const addresses = fact!.split(' ').slice(1);
    return addresses.length === 0 ? 'knows it' : `says ${addresses.join(' and ')}`;
  }
  return DID[word ?? ''] ?? (word === 'code' ? `answered with the DNS code ${fact!.slice(5, 7)}` : undefined);
}

/** Why the name of the API server did not resolve on the node: what each DNS server did. */
export function describeDns(facts: Facts, host: string): string {
  const resolver = wordOf(facts.get('resolver')) ?? '';
  const [own, azure] = [didOf(facts.get('dns_own')), didOf(facts.get('dns_azure'))];
  const waited = numberOf(facts.get('dns_ms'));
  const late = facts.get('dns') === 'timeout' && waited !== undefined ? ` within ${secondsOf(waited)}` : '';
  if (facts.get('resolver') === '' || wordOf(facts.get('dns_own')) === 'noserver')
    return `${host} did not resolve: the node has no DNS server`;
  const isAzures = resolver === AZURE_DNS;
  const server = `the node's DNS server${resolver === '' ? '' : ` ${resolver}`}`;
  const said = [own && `${server} ${own}`, !(isAzures && own) && azure && `Azure's DNS ${AZURE_DNS} ${azure}`].filter(Boolean);
  const asked = said.length > 0 ? `: ${said.join('; ')}` : resolver === '' ? '' : `, asked of ${resolver}`;
  return `${host} did not resolve on the node${late}${asked}`;
}
