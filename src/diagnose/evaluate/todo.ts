import type { Finding } from '../../model/finding.ts';
import { type Remedy, type RemedyNames, remedyOf } from '../../model/reasons/remedy.ts';
import { parseResourceId } from '../../model/resource-id.ts';
import { explain } from './catalogue.ts';
import { isSameId } from './names.ts';

/** What a finding names that commands need. */
type Named = Pick<Finding, 'code' | 'resourceId' | 'evidence'>;

/** Rules that Azure made itself have such priorities, and cannot be shown one by one. */
const FIRST_DEFAULT_PRIORITY = 65_000;

/** The rule of the NSG that a finding is about; undefined for one of Azure's own. */
function ruleOf({ resourceId, evidence }: Named): string | undefined {
  for (const { setting, resourceId: id } of evidence) {
    const [, name, priority] = /^rule (.+) \(priority (\d+)\)$/.exec(setting) ?? [];
    if (isSameId(id, resourceId) && Number(priority) < FIRST_DEFAULT_PRIORITY) return name;
  }
  return undefined;
}

/** The route of a route table that the evidence of a finding names. */
function routeOf({ evidence }: Named): RemedyNames {
  for (const { setting, resourceId } of evidence) {
    const route = /^route (.+)$/.exec(setting)?.[1];
    const table = parseResourceId(resourceId);
    if (route === undefined || table?.type !== 'microsoft.network/routetables') continue;
    return { route, table: table.names[0]!, tableGroup: table.resourceGroup, tableSubscription: table.subscriptionId };
  }
  return {};
}

const readOf = ({ evidence }: Named, wanted: string) => evidence.find(({ setting }) => setting === wanted)?.value;

/** The authorized ranges of now and the outbound addresses of the nodes, as the command takes them; undefined if either is not known. */
function rangesOf(finding: Named): string | undefined {
  const [now, outbound] = [readOf(finding, 'authorizedIPRanges'), readOf(finding, 'outbound addresses')];
  const ranges = `${now}, ${outbound}`.split(', ');
  const areRanges = ranges.every((each) => /^(?:[\d.]{7,15}|[\da-f:]{2,39})(?:\/\d{1,3})?$/i.test(each));
  return areRanges ? [...new Set(ranges)].join(',') : undefined;
}

/** The network that a private DNS zone is to be linked to: the nodes' own, if they ask Azure's DNS and no link of it is there. */
function networkToLink(finding: Named): string | undefined {
  const network = finding.evidence.find(({ setting }) => setting === 'dnsServers');
  const links = readOf(finding, 'virtualNetworkLinks');
  if (network === undefined || links === undefined || !network.value.startsWith('none')) return undefined;
  return links.toLowerCase().includes(network.resourceId.toLowerCase()) ? undefined : network.resourceId;
}

/** The names that a finding and its evidence give; what they do not say is absent. Pure. */
export function namesOfFinding(finding: Named): RemedyNames {
  const { resourceId } = finding;
  const owner = resourceId === undefined ? undefined : parseResourceId(resourceId);
  const of = (value: string | undefined, name: keyof RemedyNames): RemedyNames => (value === undefined ? {} : { [name]: value });
  return {
    ...of(owner && resourceId, 'ownerId'),
    ...of(owner?.subscriptionId, 'ownerSubscription'),
    ...of(owner?.resourceGroup, 'ownerGroup'),
    ...of(owner?.names.at(-1), 'owner'),
    ...of(owner?.names.at(-2), 'ownerParent'),
    ...of(owner?.type === 'microsoft.network/privatednszones' ? owner.names[0] : undefined, 'zone'),
    ...of(ruleOf(finding), 'rule'),
    ...of(rangesOf(finding), 'ranges'),
    ...of(networkToLink(finding), 'networkId'),
    ...routeOf(finding),
  };
}

/**
 * What to do about a finding, with a command if all that it names is known. Pure.
 *
 * @param names - of the cluster that the finding was made for.
 */
export function todoFor(finding: Named, names: RemedyNames): Remedy {
  return remedyOf(explain[finding.code].todo, { ...names, ...namesOfFinding(finding) });
}
