import { contains, parsePrefix } from '../addresses.ts';
import type { Candidate, Rule } from '../candidate.ts';
import type { Case } from '../case.ts';
import { type End, type Flow, nodesEnd } from '../flow.ts';
import { type Answer, AZURE_DNS, destinationHolds, type Target } from '../membership.ts';
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

/** The flows that an API server in a network of the cluster's owner needs, and whether nodes cannot connect without one. */
function flowsTo(target: Target, place: Place): { flow: Flow; from: string; isVital: boolean }[] {
  const to: End = { isIn: (text) => destinationHolds(text, target, place), isInGroup: () => 'maybe' };
  const flow = (port: number, from: End): Flow => ({ direction: 'inbound', protocol: 'tcp', port, from, to });
  const nodes = nodesEnd(place, target);
  return [
    { flow: flow(443, nodes), from: 'the nodes', isVital: true },
    { flow: flow(4443, nodes), from: 'the nodes', isVital: false },
    { flow: flow(9988, { isIn: probesHold, isInGroup: () => 'no' }), from: 'AzureLoadBalancer', isVital: false },
  ];
}

/** Finding 19: the NSG of the subnet of an integrated API server denies what comes from the nodes, or from Azure's load balancer. */
export const apiSubnetBlocked: Rule = {
  layers: ['tcp'],
  find(each: Case): Candidate[] {
    const { cluster, nic, subnet, network, apiSubnet, apiSubnetNsg, apiAddress } = each.configuration;
    const [nsg, api, target] = [settingOf(apiSubnetNsg), settingOf(apiSubnet), targetOf(each)];
    if (!settingOf(cluster)?.isIntegrated || nsg === undefined || api === undefined || target === undefined) return [];
    const place = placeOf(each.configuration);
    const verdicts = flowsTo(target, place).map((one) => ({ ...one, ...verdictOf(nsg, one.flow) }));
    const denied = verdicts.find(isDenial);
    if (denied?.rule === undefined) return [];
    const { flow, from, rule, verdict, isVital } = denied;
    // The rules are for what is in the subnet.
    const isThere = api.prefixes.some((text) => destinationHolds(text, target, place) === 'yes');
    const says = verdict === 'denies' ? 'denies' : 'may deny';
    return [
      {
        code: 'ApiSubnetBlocked',
        sentence: `NSG ${nameOf(nsg.id)} on the API subnet, rule ${rule.name} (priority ${rule.priority}), ${says} inbound TCP ${flow.port} from ${from}`,
        resourceId: nsg.id,
        evidence: [evidenceOfRule(nsg.id, rule)],
        proof: verdict === 'denies' && isVital && isThere ? 'settings' : 'none',
        facts: looksDropped(each),
        needs: [cluster, nic, subnet, network, apiSubnet, apiSubnetNsg, apiAddress],
      },
    ];
  },
};
