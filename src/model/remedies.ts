import { type Remedy, type RemedyNames, remedyLine, remedyNames, remedyOf } from './reasons/remedy.ts';
import { type ReasonCode, reasons } from './reasons.ts';
import { parseClusterId, parseTarget } from './resource-id.ts';

/** What is known of the subject of a reason. */
export interface Subject {
  /** The id of the cluster. */
  cluster?: string;
  node?: string;
  /** Resource ID of the machine of the node. */
  resourceId?: string;
  pool?: string;
  os?: string;
  /** Resource ID of the subnet of the node. */
  subnet?: string | null;
  /** `host:port` of the API server. */
  endpoint?: string | null;
}

/** The host of `host:port`; undefined for anything else. */
const hostOf = (endpoint: string | undefined) => /^([a-z\d](?:[-.a-z\d]{0,252}[a-z\d])?):\d{1,5}$/i.exec(endpoint ?? '')?.[1];

/** The names that follow from what is known of a subject; what its ids do not say is absent. Pure. */
export function namesOf({ cluster, node, resourceId, pool, os, subnet, endpoint }: Subject): RemedyNames {
  const ofCluster = cluster === undefined ? undefined : parseClusterId(cluster);
  const machine = resourceId === undefined ? undefined : parseTarget(resourceId);
  const host = hostOf(endpoint ?? undefined);
  const names: Record<keyof RemedyNames, string | undefined> = {
    ...nothing,
    subscriptionId: machine?.subscriptionId ?? ofCluster?.subscriptionId,
    resourceGroup: ofCluster?.resourceGroup,
    cluster: ofCluster?.name,
    nodeResourceGroup: machine?.resourceGroup,
    vmss: machine?.kind === 'instance' ? machine.vmss : undefined,
    instanceId: machine?.kind === 'instance' ? machine.instanceId : undefined,
    vm: machine?.kind === 'vm' ? machine.vm : undefined,
    node,
    pool,
    os,
    subnet: subnet ?? undefined,
    endpoint: host === undefined ? undefined : (endpoint ?? undefined),
    host,
  };
  return Object.fromEntries(Object.entries(names).filter(([, value]) => value !== undefined));
}

const nothing = Object.fromEntries(remedyNames.map((name) => [name, undefined])) as Record<keyof RemedyNames, undefined>;

/** Names for a reader who has no subject in mind: each stands for itself, as `RESOURCE_GROUP`. */
export const placeholderNames: RemedyNames = Object.fromEntries(
  remedyNames.filter((name) => name !== 'os').map((name) => [name, name.replace(/[A-Z]/g, '_$&').toUpperCase()]),
);

/** What to check or do next about a reason, most likely first, with the names that are known. Pure. */
export function remediesFor(reason: ReasonCode, names: RemedyNames): Remedy[] {
  return reasons[reason].remedies.map((template) => remedyOf(template, names));
}

/** The remedies of a reason as lines, each a sentence with its command. Pure. */
export const remedyLines = (reason: ReasonCode, names: RemedyNames): string[] => remediesFor(reason, names).map(remedyLine);
