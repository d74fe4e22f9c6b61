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
import { formatTarget, parseTarget, type Target } from '../model/resource-id.ts';
import { selectionOf } from '../model/selection.ts';
import { connectArm } from '../services.ts';
import type { Settings } from '../settings.ts';
import { viewServed } from '../views/served.ts';
import { checkNode } from './check-node.ts';
import type { CheckOptions, NamedNode } from './check-options.ts';
import { describeExplanation, explainCheck } from './explain.ts';
import { NoSuchNode } from './no-such-node.ts';
import { UsageError } from './usage-error.ts';

const EXIT = { reachable: 0, unreachable: 1, unknown: 3 } as const;
const COLOUR = { reachable: 'green', unreachable: 'red', unknown: 'yellow' } as const;

const report = (line: string) => void process.stderr.write(`${line}\n`);

/** Finds a node by its name, by a search in Azure. */
async function findTarget(arm: Arm, settings: Settings, { node, cluster }: NamedNode): Promise<Target> {
  const scope = await subscriptionsInScope(settings.SUBSCRIPTIONS, arm.subscriptions);
  const choice = chooseNode(
    await findNode(arm, scope, selectionOf(settings), { node, cluster }, { now: new Date(), report, progress: report }),
  );
  switch (choice.status) {
    case 'one':
      return parseTarget(choice.node.facts.resourceId)!;
    case 'none':
      throw new NoSuchNode(`no node "${node}" is in the ${scope.length} subscriptions that you can read, or that SUBSCRIPTIONS names`);
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

/** Waits for an explanation; where it cannot be had, the verdict is told without. */
async function explainOr(say: (line: string) => void, explaining: ReturnType<typeof explainCheck>): ReturnType<typeof explainCheck> {
  return explaining.catch((error: unknown) => {
    say(`Azure’s configuration could not be searched: ${error instanceof Error ? error.message : error}`);
    return undefined;
  });
}

/** Probes one node with the caller's own sign-in. Returns the exit status. */
export async function runCheckCommand({ wanted, verbose, json, explain }: CheckOptions, settings: Settings): Promise<number> {
  const credential = new DefaultAzureCredential({ managedIdentityClientId: settings.AZURE_CLIENT_ID });
  const arm = connectArm(settings, credential);
  const target = 'node' in wanted ? await findTarget(arm, settings, wanted) : wanted;
  const systems: NodeOs[] = [];
  const onStart = (os: NodeOs) => {
    systems.push(os);
    if (json) report('Running…');
    else process.stdout.write(`${describeStart(target, os, verbose).join('\n')}\n`);
  };
  const checked = await checkNode(arm, settings, target, onStart, report).catch((error: unknown) => {
    throw error instanceof NoSuchMachine ? new NoSuchNode(`no such node: ${error.message}`) : error;
  });
  const { verdict, evidence, response = evidence } = checked;
  const isExplained = explain && verdict.verdict !== 'reachable';
  if (isExplained) report('Searching Azure’s configuration…');
  const explanation = isExplained ? await explainOr(report, explainCheck(arm, settings, target, checked)) : undefined;
  const names = namesOf({ resourceId: formatTarget(target), os: systems[0], cluster: explanation?.cluster, endpoint: verdict.endpoint });
  if (json) {
    const { stage } = reasons[verdict.reason];
    const remedies = remedyLines(verdict.reason, names);
    const said = verbose ? { response } : {};
    const found = isExplained ? { findings: explanation?.findings ?? [], changes: explanation?.changes ?? [] } : {};
    const whole = { target: formatTarget(target), ...verdict, ...viewServed(verdict.served), stage, remedies, ...found, ...said };
    process.stdout.write(`${JSON.stringify(whole)}\n`);
  } else {
    const lines = describeResult({ ...verdict, response }, verbose, names);
    const last = styleText(COLOUR[verdict.verdict], lines.pop()!, { stream: process.stdout });
    const why = isExplained ? describeExplanation(explanation) : [];
    process.stdout.write(`${[...lines, ...why, last].join('\n')}\n`);
  }
  return EXIT[verdict.verdict];
}
