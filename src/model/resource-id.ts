/** A node as Compute knows it: an instance of a Uniform scale set, or a virtual machine. */
export type Target =
  | { kind: 'instance'; subscriptionId: string; resourceGroup: string; vmss: string; instanceId: string }
  | { kind: 'vm'; subscriptionId: string; resourceGroup: string; vm: string };

const subscription = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';
// Group names may hold letters of any script with their marks, digits, and ( ) . _ -
const group = '[-\\w._()\\p{L}\\p{M}\\p{N}]{1,90}';
const scaleSet = '[-\\w.]{1,64}';
const instanceNumber = '\\d{1,10}';
const head = `^/subscriptions/(?<subscriptionId>${subscription})/resourceGroups/(?<resourceGroup>${group})/providers/`;
const instance = new RegExp(
  `${head}Microsoft\\.Compute/virtualMachineScaleSets/(?<vmss>${scaleSet})/virtualMachines/(?<instanceId>${instanceNumber})/?$`,
  'iu',
);
const machine = new RegExp(`${head}Microsoft\\.Compute/virtualMachines/(?<vm>[-\\w.]{1,64})/?$`, 'iu');
const cluster = new RegExp(`${head}Microsoft\\.ContainerService/managedClusters/(?<name>[-\\w]{1,63})/?$`, 'iu');

/** The four parts that identify an instance of a scale set. */
export interface InstanceParts {
  subscriptionId: string;
  resourceGroup: string;
  vmss: string;
  instanceId: string;
}

const partPatterns: Readonly<Record<keyof InstanceParts, string>> = {
  subscriptionId: subscription,
  resourceGroup: group,
  vmss: scaleSet,
  instanceId: instanceNumber,
};

/** Whether a text is a possible value for one of these parts. */
export function isInstancePart(name: keyof InstanceParts, text: string): boolean {
  return new RegExp(`^${partPatterns[name]}$`, 'iu').test(text);
}

/** Makes a target from the four parts; undefined if one of them is not a possible value. */
export function instanceTarget(parts: InstanceParts): Target | undefined {
  const { subscriptionId, resourceGroup, vmss, instanceId } = parts;
  for (const name of Object.keys(partPatterns) as (keyof InstanceParts)[]) if (!isInstancePart(name, parts[name])) return undefined;
  return { kind: 'instance', subscriptionId: subscriptionId.toLowerCase(), resourceGroup, vmss, instanceId };
}

/**
 * Parses the resource ID of a scale set instance or a virtual machine; Azure writes ids in any letter case.
 *
 * @returns undefined for anything else.
 */
export function parseTarget(id: string): Target | undefined {
  const ofInstance = instance.exec(id)?.groups;
  if (ofInstance) return instanceTarget(ofInstance as unknown as InstanceParts);
  const ofMachine = machine.exec(id)?.groups as Record<string, string> | undefined;
  if (!ofMachine) return undefined;
  return {
    kind: 'vm',
    subscriptionId: ofMachine.subscriptionId!.toLowerCase(),
    resourceGroup: ofMachine.resourceGroup!,
    vm: ofMachine.vm!,
  };
}

/** Formats a target as an Azure resource ID. */
export function formatTarget(target: Target): string {
  const base = `/subscriptions/${target.subscriptionId}/resourceGroups/${target.resourceGroup}/providers/Microsoft.Compute`;
  return target.kind === 'vm'
    ? `${base}/virtualMachines/${target.vm}`
    : `${base}/virtualMachineScaleSets/${target.vmss}/virtualMachines/${target.instanceId}`;
}

/** The parts of a cluster id `<subscription id>.<resource group>.<cluster name>`. */
export interface ClusterName {
  subscriptionId: string;
  resourceGroup: string;
  name: string;
}

/** Formats a cluster id in lower case: the key of a cluster in tables, routes and events. */
export function formatClusterId({ subscriptionId, resourceGroup, name }: ClusterName): string {
  return `${subscriptionId}.${resourceGroup}.${name}`.toLowerCase();
}

/** Splits a cluster id at its first and last dot, since group names hold dots themselves; undefined for anything else. */
export function parseClusterId(id: string): ClusterName | undefined {
  const parts = new RegExp(`^(${subscription})\\.(${group})\\.([-\\w]{1,63})$`, 'iu').exec(id);
  return parts ? { subscriptionId: parts[1]!, resourceGroup: parts[2]!, name: parts[3]! } : undefined;
}

/** Reads the resource ID of a managed cluster, in any letter case; undefined for anything else. */
export function parseManagedClusterId(id: string): ClusterName | undefined {
  const parts = cluster.exec(id)?.groups as Record<string, string> | undefined;
  return parts && { subscriptionId: parts.subscriptionId!.toLowerCase(), resourceGroup: parts.resourceGroup!, name: parts.name! };
}

/** Formats the resource ID of a managed cluster. */
export function formatManagedClusterId({ subscriptionId, resourceGroup, name }: ClusterName): string {
  return `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}/providers/Microsoft.ContainerService/managedClusters/${name}`;
}

/** The parts of the id of any resource in a resource group; of a child, `names` holds those of its parents first. */
export interface ResourceParts {
  subscriptionId: string;
  resourceGroup: string;
  /** In lower case, without the names, such as `microsoft.network/routetables/routes`. */
  type: string;
  names: string[];
}

/** Splits the id of a resource in a resource group; undefined for anything else, such as the id of an extension of another resource. */
export function parseResourceId(id: string): ResourceParts | undefined {
  const parts = new RegExp(`${head}(?<space>[\\w.]+)/(?<rest>[^/]+(?:/[^/]+)+?)/?$`, 'iu').exec(id)?.groups;
  const rest = parts?.rest?.split('/') ?? [];
  if (parts === undefined || rest.length % 2 !== 0 || rest.includes('providers')) return undefined;
  return {
    subscriptionId: parts.subscriptionId!.toLowerCase(),
    resourceGroup: parts.resourceGroup!,
    type: [parts.space, ...rest.filter((_, at) => at % 2 === 0)].join('/').toLowerCase(),
    names: rest.filter((_, at) => at % 2 === 1),
  };
}
