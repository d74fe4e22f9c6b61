import { isNodeName } from '../fleet/node-name.ts';
import { parseClusterId, parseTarget, type Target } from '../fleet/resource-id.ts';
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

interface Given {
  node?: string;
  cluster?: string;
  id?: string;
  subscription?: string;
  'node-resource-group'?: string;
  vmss?: string;
  'instance-id'?: string;
  verbose: boolean;
  json: boolean;
}

function readNamed(name: string, cluster: string | undefined): NamedNode {
  const named = { node: name.toLowerCase(), cluster: cluster?.toLowerCase() };
  if (!isNodeName(named.node)) throw new UsageError(`expected --node with a Kubernetes node name, got "${name}"; see --help`);
  if (named.cluster !== undefined && parseClusterId(named.cluster) === undefined)
    throw new UsageError(`expected --cluster as "<subscription id>.<resource group>.<cluster name>", got "${cluster}"; see --help`);
  return named;
}

function readTarget(given: Given): Target {
  const { subscription, vmss } = given;
  const parts = `/subscriptions/${subscription}/resourceGroups/${given['node-resource-group']}/providers/Microsoft.Compute/virtualMachineScaleSets/${vmss}/virtualMachines/${given['instance-id']}`;
  const target = parseTarget(given.id ?? parts);
  if (target === undefined)
    throw new UsageError(
      `expected --node with a name, --id with the resource ID of a scale set instance or VM, or all of its four parts, got "${given.id ?? parts}"; see --help`,
    );
  return target;
}

/**
 * Reads how a node is named on the command line.
 *
 * @throws UsageError where it is not.
 */
export function readCheckOptions(given: Given): CheckOptions {
  const asked = given.node === undefined ? readTarget(given) : readNamed(given.node, given.cluster);
  return { asked, verbose: given.verbose, json: given.json };
}
