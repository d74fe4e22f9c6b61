import { isNodeName } from '../model/node-name.ts';
import { type InstanceParts, instanceTarget, isInstancePart, parseClusterId, parseTarget, type Target } from '../model/resource-id.ts';

/** A node that is given by its Kubernetes name. */
export interface NamedNode {
  node: string;
  cluster?: string;
}

/** The options of `check`. */
export interface CheckOptions {
  wanted: Target | NamedNode;
  verbose: boolean;
  json: boolean;
  /** Whether to search Azure's configuration for the cause, if the node is not reachable. */
  explain: boolean;
}

/** The options that name a node, as given on the command line. */
type Names = Partial<Record<'node' | 'cluster' | 'id' | 'subscription' | 'node-resource-group' | 'vmss' | 'instance-id', string>>;

const PARTS = {
  subscription: ['subscriptionId', 'a subscription id (GUID)'],
  'node-resource-group': ['resourceGroup', 'the name of a resource group'],
  vmss: ['vmss', 'the name of a scale set'],
  'instance-id': ['instanceId', 'the number of an instance'],
} as const;
const PART_NAMES = Object.keys(PARTS) as (keyof typeof PARTS)[];
const FORMS =
  '--node with a name (and --cluster), --id with a resource ID, or --subscription, --node-resource-group, --vmss and --instance-id';

function readNamed({ node, cluster }: Names, mistakes: string[]): NamedNode | undefined {
  const named = { node: node?.toLowerCase() ?? '', cluster: cluster?.toLowerCase() };
  if (node !== undefined && !isNodeName(named.node)) mistakes.push(`expected --node with a Kubernetes node name, got "${node}"`);
  if (named.cluster !== undefined && parseClusterId(named.cluster) === undefined)
    mistakes.push(`expected --cluster as "<subscription id>.<resource group>.<cluster name>", got "${cluster}"`);
  return node === undefined ? undefined : named;
}

function readId({ id }: Names, mistakes: string[]): Target | undefined {
  const target = id === undefined ? undefined : parseTarget(id);
  if (id !== undefined && target === undefined)
    mistakes.push(`expected --id with the resource ID of a scale set instance or VM, got "${id}"`);
  return target;
}

function readParts(given: Names, mistakes: string[]): Target | undefined {
  const missing = PART_NAMES.filter((name) => given[name] === undefined);
  if (missing.length === PART_NAMES.length) return undefined;
  if (missing.length > 0)
    mistakes.push(`expected all four parts of a scale set instance, ${missing.map((name) => `--${name}`).join(', ')} missing`);
  const parts: Partial<InstanceParts> = {};
  for (const name of PART_NAMES) {
    const [part, what] = PARTS[name];
    const text = given[name];
    if (text !== undefined && !isInstancePart(part, text)) mistakes.push(`expected --${name} with ${what}, got "${text}"`);
    parts[part] = text ?? '';
  }
  return instanceTarget(parts as InstanceParts);
}

/**
 * Reads the options of `check`.
 *
 * @param mistakes - mistakes are added: no node is named, or in more than one way, or an option cannot be read.
 * @returns undefined if no node can be read.
 */
export function readCheckOptions(
  { verbose, json, explain, ...given }: Names & { verbose: boolean; json: boolean; explain: boolean },
  mistakes: string[],
): CheckOptions | undefined {
  const isGiven = (name: keyof Names) => given[name] !== undefined;
  const forms = [isGiven('node') || isGiven('cluster'), isGiven('id'), PART_NAMES.some(isGiven)].filter(Boolean).length;
  const named = (Object.keys(given) as (keyof Names)[]).filter(isGiven).map((name) => `--${name}`);
  if (forms !== 1 || (isGiven('cluster') && !isGiven('node')))
    mistakes.push(`expected one way to name a node, ${FORMS}, got ${named.join(' and ') || 'none'}`);
  const read = [readNamed(given, mistakes), readId(given, mistakes), readParts(given, mistakes)];
  const wanted = read.find((each) => each !== undefined);
  return wanted && { wanted, verbose, json, explain };
}

/**
 * Reads the options of `plan`.
 *
 * @param mistakes - a mistake is added if there is an option of `check`, which a plan would ignore.
 */
export function readPlanOptions(
  { json, verbose, explain, ...given }: Names & { verbose: boolean; json: boolean; explain: boolean },
  mistakes: string[],
): { json: boolean } {
  const named = Object.entries({ ...given, verbose: verbose || undefined, explain: explain || undefined }).filter(
    ([, value]) => value !== undefined,
  );
  if (named.length > 0) mistakes.push(`expected plan with no option but --json, got ${named.map(([name]) => `--${name}`).join(' and ')}`);
  return { json };
}
