import { styleText } from 'node:util';
import { DefaultAzureCredential } from '@azure/identity';
import type { Arm } from '../azure/arm.ts';
import { chooseNode } from '../check/choose-node.ts';
import { describeResult, describeStart } from '../check/describe-check.ts';
import { findNode } from '../inventory/find-node.ts';
import { NoSuchMachine } from '../inventory/read-machine.ts';
import { subscriptionsInScope } from '../inventory/scope.ts';
import type { NodeOs } from '../model/node.ts';
import { reasons } from '../model/reasons.ts';
import { namesOf, remedyLines } from '../model/remedies.ts';
import { formatTarget, parseClusterId, parseTarget, type Target } from '../model/resource-id.ts';
import { selectionOf } from '../model/selection.ts';
import { factsIn } from '../probe/parse.ts';
import { connectArm } from '../services.ts';
import type { Settings } from '../settings.ts';
import { viewServed } from '../views/served.ts';
import { type Attempts, countAttempts } from './attempts.ts';
import { checkCluster, exitOf } from './check-cluster.ts';
import { checkNode } from './check-node.ts';
import type { CheckOptions, NamedNode, WholeCluster } from './check-options.ts';
import { describeStages } from './describe-stages.ts';
import { describeExplanation, explainCheck } from './explain.ts';
import { explainCluster } from './explain-cluster.ts';
import { findCluster } from './find-cluster.ts';
import { NotFound } from './not-found.ts';
import { printCheckedNodes } from './print-checked-nodes.ts';
import { UsageError } from './usage-error.ts';

const EXIT = { reachable: 0, unreachable: 1, unknown: 3 } as const;
const COLOUR = { reachable: 'green', unreachable: 'red', unknown: 'yellow' } as const;

const report = (line: string) => void process.stderr.write(`${line}\n`);

/** Finds a node by its name, by a search in Azure. */
async function findTarget(arm: Arm, settings: Settings, { node, cluster: named }: NamedNode): Promise<Target> {
  const isId = named === undefined || parseClusterId(named) !== undefined;
  const cluster = isId ? named : (await findCluster(arm, settings, named, report)).facts.cluster;
  const scope = await subscriptionsInScope(settings.SUBSCRIPTIONS, arm.subscriptions);
  const choice = chooseNode(
    await findNode(arm, scope, selectionOf(settings), { node, cluster }, { now: new Date(), report, progress: report }),
  );
  switch (choice.status) {
    case 'one':
      return parseTarget(choice.node.facts.resourceId)!;
    case 'none':
      throw new NotFound(`no node "${node}" is in the ${scope.length} subscriptions that you can read, or that SUBSCRIPTIONS names`);
    case 'several':
      throw new UsageError(`several clusters have a node "${node}"; give --cluster as one of ${choice.clusters.join(', ')}`);
    case 'excluded':
      throw new UsageError(
        `the node "${node}" of ${choice.node.cluster} is excluded from the fleet, by the tag of its cluster or pool, or by INCLUDE_CLUSTERS and EXCLUDE_CLUSTERS; name it with --id to probe it nevertheless`,
      );
    case 'unreadable':
      throw new Error(`no node "${node}" is in what you can read, and these could not be read: ${choice.gaps.join(', ')}`);
  }
}

/** Waits for an explanation; where it cannot be had, the verdict is shown without. */
async function explainOr<T>(explaining: Promise<T>): Promise<T | undefined> {
  return explaining.catch((error: unknown) => {
    report(`Azure’s configuration could not be searched: ${error instanceof Error ? error.message : error}`);
    return undefined;
  });
}

async function checkOne(
  arm: Arm,
  settings: Settings,
  attempts: Attempts,
  target: Target,
  { verbose, format, explain }: CheckOptions,
): Promise<number> {
  const isJson = format === 'json';
  const systems: NodeOs[] = [];
  const onStart = (os: NodeOs) => {
    systems.push(os);
    if (isJson) report('Running…');
    else process.stdout.write(`${describeStart(target, os, verbose).join('\n')}\n`);
  };
  const checked = await checkNode(arm, settings, target, onStart, report, attempts).catch((error: unknown) => {
    throw error instanceof NoSuchMachine ? new NotFound(`no such node: ${error.message}`) : error;
  });
  const { verdict, evidence, nonce, response = evidence } = checked;
  const facts = explain ? factsIn(evidence, nonce) : new Map<string, string>();
  const isExplained = explain && verdict.verdict !== 'reachable';
  if (isExplained) report('Searching Azure’s configuration…');
  const explanation = isExplained ? await explainOr(explainCheck(arm, settings, target, checked)) : undefined;
  const names = namesOf({ resourceId: formatTarget(target), os: systems[0], cluster: explanation?.cluster, endpoint: verdict.endpoint });
  if (isJson) {
    const { stage } = reasons[verdict.reason];
    const remedies = remedyLines(verdict.reason, names);
    const said = verbose ? { response } : {};
    const measured = explain ? { measured: Object.fromEntries(facts) } : {};
    const found = isExplained ? { findings: explanation?.findings ?? [], changes: explanation?.changes ?? [] } : {};
    const served = viewServed(verdict.served);
    const whole = { target: formatTarget(target), ...verdict, ...served, stage, remedies, ...measured, ...found, ...said };
    process.stdout.write(`${JSON.stringify(whole)}\n`);
  } else {
    const lines = describeResult({ ...verdict, response }, verbose, names);
    const last = styleText(COLOUR[verdict.verdict], lines.pop()!, { stream: process.stdout });
    const why = isExplained ? describeExplanation(explanation) : [];
    process.stdout.write(`${[...lines, ...describeStages(facts), ...why, last].join('\n')}\n`);
  }
  return EXIT[verdict.verdict];
}

async function checkAll(
  arm: Arm,
  settings: Settings,
  attempts: Attempts,
  { cluster, concurrency }: WholeCluster,
  { format, explain }: CheckOptions,
): Promise<number> {
  const found = await findCluster(arm, settings, cluster, report);
  const nodes = await checkCluster(arm, settings, found, concurrency, report, attempts);
  if (explain) report('Searching Azure’s configuration…');
  const explanations = explain ? await explainOr(explainCluster(arm, settings, nodes)) : undefined;
  process.stdout.write(printCheckedNodes(found.facts, nodes, explanations, format));
  return exitOf(nodes);
}

/** Probes one node, or all of a cluster, with the caller's own sign-in. Returns the exit status. */
export async function runCheckCommand(options: CheckOptions, settings: Settings): Promise<number> {
  const credential = new DefaultAzureCredential({ managedIdentityClientId: settings.AZURE_CLIENT_ID });
  const attempts = countAttempts();
  const arm = connectArm(settings, credential, [attempts.policy]);
  const { wanted } = options;
  try {
    if ('concurrency' in wanted) return await checkAll(arm, settings, attempts, wanted, options);
    const target = 'node' in wanted ? await findTarget(arm, settings, wanted) : wanted;
    return await checkOne(arm, settings, attempts, target, options);
  } catch (error) {
    const tried = attempts.explain(error);
    throw tried === undefined ? error : new Error(tried, { cause: error });
  }
}
