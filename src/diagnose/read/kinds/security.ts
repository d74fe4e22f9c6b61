import * as z from '../../../zod.ts';
import type { AdminRule, NsgRule, NsgSettings } from '../../evaluate/configuration.ts';
import { idsOf, kindOf, NETWORK, oneOrMany, references, texts } from './kind.ts';

const optional = z.nullish(z.string());

const ruleBody = z.pipe(
  z.object({
    name: z.string(),
    properties: z.object({
      priority: z.number(),
      direction: z.string(),
      access: z.string(),
      protocol: z.string(),
      sourceAddressPrefix: optional,
      sourceAddressPrefixes: texts,
      destinationAddressPrefix: optional,
      destinationAddressPrefixes: texts,
      sourcePortRange: optional,
      sourcePortRanges: texts,
      destinationPortRange: optional,
      destinationPortRanges: texts,
      sourceApplicationSecurityGroups: references,
      destinationApplicationSecurityGroups: references,
    }),
  }),
  z.transform(({ name, properties: own }): NsgRule => {
    const { priority, direction, access, protocol } = own;
    return {
      name,
      priority,
      direction,
      access,
      protocol,
      sources: oneOrMany(own.sourceAddressPrefix, own.sourceAddressPrefixes),
      destinations: oneOrMany(own.destinationAddressPrefix, own.destinationAddressPrefixes),
      sourcePorts: oneOrMany(own.sourcePortRange, own.sourcePortRanges),
      destinationPorts: oneOrMany(own.destinationPortRange, own.destinationPortRanges),
      sourceAsgs: idsOf(own.sourceApplicationSecurityGroups),
      destinationAsgs: idsOf(own.destinationApplicationSecurityGroups),
    };
  }),
);

/** A network security group. One rule that cannot be read leaves all of it unread: without that rule it might mean the opposite. */
export const nsgKind = kindOf(
  'Microsoft.Network/networkSecurityGroups/read',
  NETWORK,
  z.pipe(
    z.object({
      id: z.string(),
      properties: z.object({ securityRules: z.array(ruleBody), defaultSecurityRules: z.array(ruleBody) }),
    }),
    z.transform(({ id, properties }): NsgSettings => ({ id, rules: [...properties.securityRules, ...properties.defaultSecurityRules] })),
  ),
);

const prefixes = z.pipe(
  z.nullish(z.array(z.object({ addressPrefix: z.string() }))),
  z.transform((list) => (list ?? []).map(({ addressPrefix }) => addressPrefix)),
);

/** A row of `networkresources`; what it lacks is left empty, since these rules are never more than a suspicion. */
export const adminRuleRow = z.pipe(
  z.object({
    id: z.string(),
    name: z.catch(z.string(), ''),
    properties: z.catch(
      z.looseObject({
        access: z.catch(z.string(), ''),
        direction: z.catch(z.string(), ''),
        priority: z.catch(z.number(), 0),
        protocol: z.catch(z.string(), ''),
        destinations: z.catch(prefixes, []),
        destinationPortRanges: z.catch(texts, []),
      }),
      { access: '', direction: '', priority: 0, protocol: '', destinations: [], destinationPortRanges: [] },
    ),
  }),
  z.transform(({ id, name, properties }): AdminRule => {
    const { access, direction, priority, protocol, destinations, destinationPortRanges } = properties;
    // The name of a version of a rule is a number.
    const own = /\/rules\/([^/]+)/i.exec(id)?.[1] ?? name;
    return { id, name: own, access, direction, priority, protocol, destinations, destinationPorts: destinationPortRanges };
  }),
);
