import { mayBeLetPast } from '../admin-rules.ts';
import type { Candidate, Rule } from '../candidate.ts';
import type { Case } from '../case.ts';
import { outboundFlow } from '../flow.ts';
import { AZURE_DNS, type Target } from '../membership.ts';
import { evidenceOf } from '../names.ts';
import { isDenial } from '../nsg.ts';
import { type Agreement, serversOf } from '../observed.ts';
import { placeOf } from '../place.ts';
import { evidenceOfRule, named, nsgNeeds, outboundVerdict, says } from './nsgs.ts';

/** Whether what the nodes saw fits that they are cut off from a DNS server. */
function looksUnanswered({ observation: { dns, azureDns } }: Case, servers: readonly Target[]): Agreement {
  const isAzure = servers.includes(AZURE_DNS);
  if (isAzure && azureDns !== undefined && azureDns.said !== 'timeout') return 'contradicts';
  return dns === 'timeout' || (isAzure && azureDns?.said === 'timeout') ? 'agrees' : 'unknown';
}

/** Finding 16: an NSG denies the nodes their DNS servers. Azure's own only a rule for the tag AzurePlatformDNS cuts off. */
export const dnsServerCutOff: Rule = {
  layers: ['dns'],
  find(each): Candidate[] {
    const place = placeOf(each.configuration);
    const servers = serversOf(each);
    const verdicts = servers.map((server) => {
      const flow = outboundFlow(place, server, 53, 'udp');
      return { server, isSure: !mayBeLetPast(each.configuration, flow), ...outboundVerdict(each, flow) };
    });
    const denied = verdicts.filter(isDenial);
    const first = denied.find(({ verdict }) => verdict === 'denies') ?? denied[0];
    if (first === undefined) return [];
    const isEvery = verdicts.every(({ verdict, isSure }) => verdict === 'denies' && isSure);
    const cut = denied.filter(({ rule, nsgId }) => rule === first.rule && nsgId === first.nsgId).map(({ server }) => server);
    return [
      {
        code: 'DnsServerCutOff',
        sentence: `${named(first)} ${says(first)} DNS to ${cut.join(', ')}`,
        resourceId: first.nsgId,
        evidence: [evidenceOfRule(first.nsgId!, first.rule!), evidenceOf(first.nsgId!, 'DNS servers of the nodes', servers)],
        proof: isEvery ? 'settings' : 'none',
        facts: looksUnanswered(each, cut),
        needs: nsgNeeds(each),
      },
    ];
  },
};
