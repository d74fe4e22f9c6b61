import { contains, parsePrefix } from '../addresses.ts';
import { mayBeLetPast } from '../admin-rules.ts';
import type { Candidate, Rule } from '../candidate.ts';
import type { Case } from '../case.ts';
import type { SubnetSettings } from '../configuration.ts';
import { type End, type Flow, nodesEnd } from '../flow.ts';
import { type Answer, AZURE_DNS, destinationHolds, familyOfTarget, sourceHolds, type Target } from '../membership.ts';
import { nameOf, settingOf, wordOf } from '../names.ts';
import { isDenial, verdictOf } from '../nsg.ts';
import { looksDropped, targetOf } from '../observed.ts';
import { type Place, placeOf } from '../place.ts';
import { evidenceOfRule } from './nsgs.ts';

/** Whether what a rule names as source holds the probes of Azure's load balancers. */
function probesHold(text: string): Answer {
  const word = wordOf(text);
  if (word === '*' || word === 'any' || word === 'azureloadbalancer') return 'yes';
  const prefix = parsePrefix(word);
  return prefix !== undefined && contains(prefix, AZURE_DNS) ? 'yes' : 'no';
}

/**
 * The flows that an API server in a network of the cluster's owner needs, and whether nodes connect by them. The NSG of its subnet sees what is behind the
 * load balancer: some address of the subnet, at one of two ports.
 */
function flowsTo(target: Target, api: SubnetSettings, place: Place): { flow: Flow; from: string; isOfNodes: boolean }[] {
  const to: End = { isIn: (text) => sourceHolds(text, api.prefixes, familyOfTarget(target)), isInGroup: () => 'maybe' };
  const flow = (port: number, from: End): Flow => ({ direction: 'inbound', protocol: 'tcp', port, from, to });
  const nodes = nodesEnd(place, target);
  return [
    { flow: flow(443, nodes), from: 'the nodes', isOfNodes: true },
    { flow: flow(4443, nodes), from: 'the nodes', isOfNodes: true },
    { flow: flow(9988, { isIn: probesHold, isInGroup: () => 'no' }), from: 'AzureLoadBalancer', isOfNodes: false },
  ];
}

/** Finding 19: the NSG of the subnet of an integrated API server denies what comes from the nodes, or from Azure's load balancer. */
export const apiSubnetBlocked: Rule = {
  layers: ['tcp'],
  find(each: Case): Candidate[] {
    const { cluster, nic, subnet, network, apiSubnet, apiSubnetNsg, apiAddress, adminRules } = each.configuration;
    const [nsg, api, target] = [settingOf(apiSubnetNsg), settingOf(apiSubnet), targetOf(each)];
    if (!settingOf(cluster)?.isIntegrated || nsg === undefined || api === undefined || target === undefined) return [];
    const place = placeOf(each.configuration);
    const verdicts = flowsTo(target, api, place).map((one) => ({ ...one, ...verdictOf(nsg, one.flow) }));
    const denied = verdicts.filter(isDenial);
    const [first] = denied;
    if (first?.rule === undefined) return [];
    const { from, rule, verdict } = first;
    const ports = denied.filter((one) => one.rule === rule && one.verdict === verdict && one.from === from).map(({ flow }) => flow.port);
    const others = denied.flatMap((one) => (one.rule !== undefined && one.rule !== rule && one.from === from ? [one.rule] : []));
    const isClosed = verdicts.every((one) => !one.isOfNodes || (one.verdict === 'denies' && !mayBeLetPast(each.configuration, one.flow)));
    // The rules are for what is in the subnet.
    const isThere = api.prefixes.some((text) => destinationHolds(text, target, place) === 'yes');
    const says = verdict === 'denies' ? 'denies' : 'may deny';
    return [
      {
        code: 'ApiSubnetBlocked',
        sentence: `NSG ${nameOf(nsg.id)} on the API subnet, rule ${rule.name} (priority ${rule.priority}), ${says} inbound TCP ${ports.join(' and ')} from ${from}`,
        resourceId: nsg.id,
        evidence: [rule, ...others].map((one) => evidenceOfRule(nsg.id, one)),
        proof: isClosed && isThere ? 'settings' : 'none',
        facts: looksDropped(each),
        needs: [cluster, nic, subnet, network, apiSubnet, apiSubnetNsg, apiAddress, adminRules],
      },
    ];
  },
};
