import * as z from '../zod.ts';

/** What in Azure's configuration, change logs or health may have cut nodes off; see docs/reference/findings.md. */
export const findingCodes = [
  'ClusterStopped',
  'ClusterOperation',
  'RangesExcludeOutbound',
  'RangesChanged',
  'OutboundChanged',
  'DefaultRouteToAppliance',
  'RouteDrops',
  'NextHopDead',
  'NsgDenies',
  'AdminRuleDenies',
  'NatWithoutAddress',
  'NoOutboundPath',
  'ZoneNotLinked',
  'RecordWrong',
  'CustomDnsNoForward',
  'DnsServerCutOff',
  'EndpointBroken',
  'PeeringDisconnected',
  'ApiSubnetBlocked',
  'PlatformIncident',
  'RecentChange',
  'FirewallAnswers',
  'CouldNotLook',
] as const;
export type FindingCode = (typeof findingCodes)[number];

/** How sure a finding is. A cause makes the connection impossible; a suspicion may have to do with it; the last says what was not read. */
export const findingKinds = ['cause', 'suspicion', 'couldNotLook'] as const;

/** A setting as it was read. */
const evidence = z.object({
  /** The resource that has it. */
  resourceId: z.string(),
  /** What was read, such as `rule deny-443 (priority 110)`. */
  setting: z.string(),
  value: z.string(),
  /** Where people see it. */
  portal: z.optional(z.string()),
});
export type Evidence = z.output<typeof evidence>;

/** Something read in Azure that explains an outage, or may. */
export const finding = z.object({
  code: z.enum(findingCodes),
  kind: z.enum(findingKinds),
  sentence: z.string(),
  /** The resource to look at first. */
  resourceId: z.optional(z.string()),
  evidence: z.readonly(z.array(evidence)),
  /** The latest change of it in the hour before the outage, and who made it, where known. */
  changedAt: z.optional(z.string()),
  changedBy: z.optional(z.string()),
  foundAt: z.string(),
  /** When a cause was disproved: the outage had ended and the setting was still the same. */
  revoked: z.optional(z.string()),
});
export type Finding = z.output<typeof finding>;

/** How AKS is named where it made a change itself, with the identity of the cluster or its own. */
export const AKS_ITSELF = 'AKS itself';

/** A change of a resource in the hour before an outage. */
export const change = z.object({
  time: z.string(),
  resourceId: z.string(),
  /** The operation or the property that changed, such as `Microsoft.Network/routeTables/routes/write`. */
  operation: z.string(),
  /** The property, and its values before and after, where Azure says so. */
  property: z.optional(z.string()),
  before: z.optional(z.string()),
  after: z.optional(z.string()),
  /** Who made it: `AKS_ITSELF`, an object id, or a name where the settings allow names. */
  by: z.optional(z.string()),
});
export type Change = z.output<typeof change>;
