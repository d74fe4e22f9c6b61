import * as z from '../../zod.ts';
import type { AdminRule, Read, Unread } from '../evaluate/configuration.ts';
import type { Kind } from './kinds/kind.ts';
import { adminRuleRow } from './kinds/security.ts';
import { graph, queryGraph } from './query-graph.ts';
import type { SettingsReader } from './read-settings.ts';

const MOST_RULES = 100;
/** As many as one answer holds. */
const MOST_NETWORKS = 1000;
const MOST_CONFIGURATIONS = 3;

// Azure writes them with capitals, and has written them without.
const reference = z.object({ Id: z.optional(z.string()), id: z.optional(z.string()) });
const effective = z.object({
  id: z.string(),
  properties: z.looseObject({
    EffectiveSecurityAdminConfigurations: z.optional(z.array(reference)),
    effectiveSecurityAdminConfigurations: z.optional(z.array(reference)),
  }),
});

/** Which version of which configurations a network manager applies to a network. */
const applied: Kind<{ id: string; configurations: string[] }[]> = {
  ...graph,
  parse: (body) =>
    z
      .object({ data: z.array(effective) })
      .parse(body)
      .data.map(({ id, properties: own }) => {
        const all = [...(own.EffectiveSecurityAdminConfigurations ?? []), ...(own.effectiveSecurityAdminConfigurations ?? [])];
        return { id, configurations: all.flatMap((each) => each.Id || each.id || []) };
      }),
};

const rulesOf: Kind<AdminRule[]> = { ...graph, parse: (body) => z.object({ data: z.array(adminRuleRow) }).parse(body).data };

const SNAPSHOT = /^(\/subscriptions\/[^'\\]+)\/snapshots\/(\d+)$/i;

const unread = (why: Unread['why'], resourceId: string): Unread => ({ status: 'unread', why, resourceId, action: graph.action });

/**
 * Reads the rules of Azure Virtual Network Manager that apply to a network: they come before those of its security groups. Only Resource Graph has them
 * (https://learn.microsoft.com/azure/virtual-network-manager/how-to-view-applied-configurations): first which configurations apply, of all networks at once so that searches
 * share the answer, then their rules.
 */
export async function readAdminRules(reader: SettingsReader, networkId: string): Promise<Read<AdminRule[]>> {
  const about = `the network manager's rules of ${networkId}`;
  const ofAll = `networkresources|where type=~'microsoft.network/effectivesecurityadminrules'|project id,properties|limit ${MOST_NETWORKS}`;
  const configurations = await queryGraph(reader, ofAll, applied, about);
  if (configurations.status !== 'read') return configurations;
  const own = configurations.value.filter(({ id }) => id.toLowerCase().startsWith(`${networkId.toLowerCase()}/`));
  const applying = own.flatMap((each) => each.configurations);
  const isCut = configurations.value.length >= MOST_NETWORKS || applying.length > MOST_CONFIGURATIONS;
  if (isCut) return unread('cut', about);
  const rules: AdminRule[] = [];
  for (const id of applying) {
    const [, configuration, version] = SNAPSHOT.exec(id) ?? [];
    if (configuration === undefined) return unread('failed', about);
    const query = `networkresources|where id startswith '${configuration}/'|where id contains '/rules/' and id contains '/snapshots/${version}'|project id,name,properties|limit ${MOST_RULES}`;
    const read = await queryGraph(reader, query, rulesOf, about);
    if (read.status !== 'read') return read;
    if (read.value.length >= MOST_RULES) return unread('cut', about);
    // A configuration that applies has rules; Resource Graph leaves out what the caller may not read.
    if (read.value.length === 0) return unread('unseen', about);
    rules.push(...read.value);
  }
  return { status: 'read', value: rules };
}
