import { isNodeName } from '../fleet/node-name.ts';
import { instanceTarget, parseClusterId, parseTarget, type Target } from '../fleet/resource-id.ts';
import { UsageError } from './usage-error.ts';

/** A node that is named as Kubernetes names it. */
export interface NamedNode {
  node: string;
  cluster?: string;
}

/** What `check` is asked with. */
export interface CheckOptions {
  asked: Target | NamedNode;
  verbose: boolean;
  json: boolean;
}

/** The options that name a node, as they stand on the command line. */
type Names = Partial<Record<'node' | 'cluster' | 'id' | 'subscription' | 'node-resource-group' | 'vmss' | 'instance-id', string>>;

const PARTS = ['subscription', 'node-resource-group', 'vmss', 'instance-id'] as const;
const FORMS =
  '--node with a name (and --cluster), --id with a resource ID, or --subscription, --node-resource-group, --vmss and --instance-id';

function readNamed(name: string, cluster: string | undefined): NamedNode {
  const named = { node: name.toLowerCase(), cluster: cluster?.toLowerCase() };
  if (!isNodeName(named.node)) throw new UsageError(`expected --node with a Kubernetes node name, got "${name}"; see --help`);
  if (named.cluster !== undefined && parseClusterId(named.cluster) === undefined)
    throw new UsageError(`expected --cluster as "<subscription id>.<resource group>.<cluster name>", got "${cluster}"; see --help`);
  return named;
}

function readId(id: string): Target {
  const target = parseTarget(id);
  if (target === undefined)
    throw new UsageError(`expected --id with the resource ID of a scale set instance or VM, got "${id}"; see --help`);
  return target;
}

function readParts(given: Names): Target {
  const missing = PARTS.filter((part) => given[part] === undefined);
  if (missing.length > 0)
    throw new UsageError(
      `expected all four parts of a scale set instance, ${missing.map((part) => `--${part}`).join(', ')} missing; see --help`,
    );
  const [subscriptionId, resourceGroup, vmss, instanceId] = PARTS.map((part) => given[part]!) as [string, string, string, string];
  const target = instanceTarget({ subscriptionId, resourceGroup, vmss, instanceId });
  if (target === undefined)
    throw new UsageError(
      `expected a subscription id, the names of a resource group and of a scale set, and the number of an instance, got ${PARTS.map((part) => `"${given[part]}"`).join(', ')}; see --help`,
    );
  return target;
}

/**
 * Reads how a node is named on the command line.
 *
 * @throws UsageError where it is not, or in more than one way.
 */
export function readCheckOptions({ verbose, json, ...given }: Names & { verbose: boolean; json: boolean }): CheckOptions {
  const { node, cluster, id } = given;
  const isGiven = (name: keyof Names) => given[name] !== undefined;
  const forms = [isGiven('node') || isGiven('cluster'), isGiven('id'), PARTS.some(isGiven)].filter(Boolean).length;
  const named = (Object.keys(given) as (keyof Names)[]).filter(isGiven).map((name) => `--${name}`);
  if (forms !== 1 || (node === undefined && cluster !== undefined))
    throw new UsageError(`expected one way to name a node, ${FORMS}, got ${named.join(' and ') || 'none'}; see --help`);
  const asked = node !== undefined ? readNamed(node, cluster) : id !== undefined ? readId(id) : readParts(given);
  return { asked, verbose, json };
}

/**
 * Reads what `plan` is asked with.
 *
 * @throws UsageError for an option of `check`, which a plan would leave unheard.
 */
export function readPlanOptions({ json, verbose, ...given }: Names & { verbose: boolean; json: boolean }): { json: boolean } {
  const named = Object.entries({ ...given, verbose: verbose || undefined }).filter(([, value]) => value !== undefined);
  if (named.length > 0)
    throw new UsageError(`expected plan with no option but --json, got ${named.map(([name]) => `--${name}`).join(' and ')}; see --help`);
  return { json };
}
