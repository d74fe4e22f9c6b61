import { isNodeName } from '../model/node-name.ts';
import { type InstanceParts, instanceTarget, isInstancePart, parseTarget, type Target } from '../model/resource-id.ts';
import { type CommandLine, type Format, readNumber } from './command-line.ts';

/** A node that is given by its Kubernetes name; the cluster as `isClusterName` takes it. */
export interface NamedNode {
  node: string;
  cluster?: string;
}

/** All nodes of a cluster. */
export interface WholeCluster {
  cluster: string;
  concurrency: number;
}

/** The options of `check`. */
export interface CheckOptions {
  wanted: Target | NamedNode | WholeCluster;
  verbose: boolean;
  format: Format;
  /** Whether to say what each stage measured, and to search Azure's configuration for the cause if the node is not reachable. */
  explain: boolean;
}

const PARTS = {
  subscription: ['subscriptionId', 'a subscription id (GUID)'],
  'node-resource-group': ['resourceGroup', 'the name of a resource group'],
  vmss: ['vmss', 'the name of a scale set'],
  'instance-id': ['instanceId', 'the number of an instance'],
} as const;
const PART_NAMES = Object.keys(PARTS) as (keyof typeof PARTS)[];
const FORMS =
  '--node with a name (and --cluster), --id with a resource ID, or --subscription, --node-resource-group, --vmss and --instance-id; or --cluster alone for all of its nodes';
const USUAL_CONCURRENCY = 10;
const MOST_CONCURRENCY = 50;

/** Whether a text can name a cluster: its own name, `<resource group>/<name>`, or its id. */
export const isClusterName = (text: string) => /^[\w().-]{1,400}(\/[\w-]{1,63})?$/.test(text);

/** Reads the name of a cluster, in any letter case. */
export function readClusterName(line: Pick<CommandLine, 'text'>, mistakes: string[]): string | undefined {
  const name = line.text('cluster');
  if (name !== undefined && !isClusterName(name))
    mistakes.push(
      `expected --cluster with the name of a cluster, <resource group>/<name>, or <subscription id>.<resource group>.<name>, got "${name}"`,
    );
  return name?.toLowerCase();
}

function readNode(line: CommandLine, mistakes: string[]): string | undefined {
  const node = line.text('node');
  if (node !== undefined && !isNodeName(node.toLowerCase())) mistakes.push(`expected --node with a Kubernetes node name, got "${node}"`);
  return node?.toLowerCase();
}

function readId(line: CommandLine, mistakes: string[]): Target | undefined {
  const id = line.text('id');
  const target = id === undefined ? undefined : parseTarget(id);
  if (id !== undefined && target === undefined)
    mistakes.push(`expected --id with the resource ID of a scale set instance or VM, got "${id}"`);
  return target;
}

function readParts(line: CommandLine, mistakes: string[]): Target | undefined {
  const missing = PART_NAMES.filter((name) => line.text(name) === undefined);
  if (missing.length === PART_NAMES.length) return undefined;
  if (missing.length > 0)
    mistakes.push(`expected all four parts of a scale set instance, ${missing.map((name) => `--${name}`).join(', ')} missing`);
  const parts: Partial<InstanceParts> = {};
  for (const name of PART_NAMES) {
    const [part, what] = PARTS[name];
    const text = line.text(name);
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
export function readCheckOptions(line: CommandLine, mistakes: string[]): CheckOptions | undefined {
  const isGiven = (name: string) => line.text(name) !== undefined;
  const forms = [isGiven('node') || isGiven('cluster'), isGiven('id'), PART_NAMES.some(isGiven)].filter(Boolean).length;
  const named = ['node', 'cluster', 'id', ...PART_NAMES].filter(isGiven).map((name) => `--${name}`);
  if (forms !== 1) mistakes.push(`expected one way to name a node, ${FORMS}, got ${named.join(' and ') || 'none'}`);
  const [node, cluster] = [readNode(line, mistakes), readClusterName(line, mistakes)];
  const target = [readId(line, mistakes), readParts(line, mistakes)].find((each) => each !== undefined);
  const concurrency = readNumber(line, 'concurrency', USUAL_CONCURRENCY, [1, MOST_CONCURRENCY], mistakes);
  const isWhole = node === undefined && cluster !== undefined;
  if (!isWhole && isGiven('concurrency'))
    mistakes.push('expected --concurrency with --cluster and without --node, since one node is one run');
  if (!isWhole && (line.format === 'wide' || line.format === 'name'))
    mistakes.push(`expected -o ${line.format} with --cluster and without --node, since one node is no table`);
  if (isWhole && line.has('verbose')) mistakes.push('expected --verbose with one node, got it with all nodes of a cluster');
  const common = { verbose: line.has('verbose'), format: line.format, explain: line.has('explain') };
  if (node !== undefined) return { wanted: { node, cluster }, ...common };
  if (target !== undefined) return { wanted: target, ...common };
  return cluster === undefined ? undefined : { wanted: { cluster, concurrency }, ...common };
}
