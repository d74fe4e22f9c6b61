import type { Evidence } from '../../../model/finding.ts';
import { adminRuleOf, asRule, mayBeLetPast } from '../admin-rules.ts';
import type { Candidate, Rule } from '../candidate.ts';
import type { Case } from '../case.ts';
import type { NsgRule, NsgSettings, Read } from '../configuration.ts';
import { type Flow, outboundFlow } from '../flow.ts';
import { ANYWHERE } from '../membership.ts';
import { evidenceOf, nameOf, settingOf, wordOf } from '../names.ts';
import { isDenial, type NsgVerdict, togetherOf, verdictOf } from '../nsg.ts';
import { type Agreement, allAgree, looksCutOff, looksDropped, targetOf } from '../observed.ts';
import { placeOf } from '../place.ts';

/** What a verdict of the NSGs rests on. */
export const nsgNeeds = ({
  configuration: { nic, subnet, network, nicNsg, subnetNsg, adminRules },
}: Case): (Read<unknown> | undefined)[] => [nic, subnet, network, nicNsg, subnetNsg, adminRules];

/** The evidence of a rule. */
export const evidenceOfRule = (
  id: string,
  { name, priority, access, protocol, destinations, destinationAsgs, destinationPorts }: NsgRule,
): Evidence =>
  evidenceOf(
    id,
    `rule ${name} (priority ${priority})`,
    `${access} ${protocol} to ${[...destinations, ...destinationAsgs.map(nameOf)].join(', ')}, ports ${destinationPorts.join(', ')}`,
  );

/** What the NSGs that outbound packets of the nodes pass, of the interface and then of the subnet, do to a flow. */
export function outboundVerdict({ configuration: { nicNsg, subnetNsg } }: Case, flow: Flow): NsgVerdict {
  const nsgs = [settingOf(nicNsg), settingOf(subnetNsg)].filter((nsg): nsg is NsgSettings => nsg !== undefined);
  return togetherOf(nsgs.map((nsg) => verdictOf(nsg, flow)));
}

/** A verdict as a word of a sentence. */
export const says = ({ verdict }: NsgVerdict) => (verdict === 'denies' ? 'denies' : 'may deny');
/** The rule that decides, as people call it. */
export const named = ({ rule, nsgId }: NsgVerdict) => `NSG ${nameOf(nsgId!)}, rule ${rule!.name} (priority ${rule!.priority}),`;

/** Finding 9: an NSG on the way denies what the nodes send to the API server, or to everywhere. */
export const nsgDenies: Rule = {
  layers: ['blind', 'tcp'],
  find(each): Candidate[] {
    const target = targetOf(each);
    if (target === undefined) return [];
    const { port } = target === ANYWHERE ? { port: 443 } : each.observation;
    const place = placeOf(each.configuration);
    const flow = outboundFlow(place, target, port);
    const verdict = outboundVerdict(each, flow);
    if (!isDenial(verdict)) return [];
    // What denies everything cannot let other places through.
    const isOfEverything = outboundVerdict(each, outboundFlow(place, ANYWHERE, 443)).verdict === 'denies';
    const others: Agreement = isOfEverything && each.observation.egress === 'works' ? 'contradicts' : 'agrees';
    return [
      {
        code: 'NsgDenies',
        sentence: `${named(verdict)} ${says(verdict)} outbound TCP ${port} to ${target}`,
        resourceId: verdict.nsgId,
        evidence: [evidenceOfRule(verdict.nsgId!, verdict.rule!)],
        proof: verdict.verdict === 'denies' && !mayBeLetPast(each.configuration, flow) ? 'settings' : 'none',
        facts: allAgree(looksDropped(each), others, target === ANYWHERE ? looksCutOff(each) : 'agrees'),
        needs: nsgNeeds(each),
      },
    ];
  },
};

/** Finding 10: a rule of a network manager, which comes before all NSGs, denies it. The list of such rules may be hours old. */
export const adminRuleDenies: Rule = {
  layers: ['blind', 'tcp'],
  find(each): Candidate[] {
    const target = targetOf(each);
    if (target === undefined) return [];
    const port = target === ANYWHERE ? 443 : each.observation.port;
    const rule = adminRuleOf(each.configuration, outboundFlow(placeOf(each.configuration), target, port));
    if (rule === undefined || wordOf(rule.access) !== 'deny') return [];
    return [
      {
        code: 'AdminRuleDenies',
        sentence: `network manager rule ${rule.name} (priority ${rule.priority}) denies outbound TCP ${port} to ${target}`,
        resourceId: rule.id,
        evidence: [evidenceOfRule(rule.id, asRule(rule))],
        proof: 'none',
        facts: looksDropped(each),
        needs: [each.configuration.adminRules],
      },
    ];
  },
};
