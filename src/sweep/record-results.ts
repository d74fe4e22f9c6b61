import type { TransactionAction } from '@azure/data-tables';
import { addToLog, emptyLog, type NodeLog } from '../history/log.ts';
import { type Fold, foldResult } from '../history/node-state.ts';
import { closeOutage, openOutage } from '../history/outage.ts';
import { reasons } from '../probe/reasons.ts';
import type { Services } from '../services.ts';
import { flightProperty, mergeNode, type NodeRow, readNodes, stateProperties } from '../tables/node-rows.ts';
import { newestFirst, resultsTableOf } from '../tables/open-tables.ts';
import { insertOutage, putLog, readLogs, readOutage, replaceOutage } from '../tables/outage-rows.ts';
import { retryLostWrites, writeBatch } from '../tables/rows.ts';
import { effectDone } from './effect.ts';
import type { Ended } from './inspect-flights.ts';
import { sendConfirmation } from './start-slice.ts';

const ATTEMPTS = 8;
const CONFIRMED_IN_A_SLICE = 10;

/** Writes one row for each result into the table of its day; a second delivery writes the same row again. */
async function writeResults({ tables }: Services, cluster: string, ended: readonly Ended[]): Promise<void> {
  const byTable = Map.groupBy(ended, ({ result }) => resultsTableOf(result.at));
  for (const [name, group] of byTable) {
    const actions = group.map(({ node, result, evidence }): TransactionAction => {
      const { verdict, reason, message, latencyMs, nonce, sweep, at } = result;
      const row = { verdict, reason, stage: reasons[reason].stage, message, latencyMs: latencyMs ?? -1, sweep, at };
      const rowKey = `${node}|${newestFirst(at)}|${nonce}`;
      return ['upsert', { partitionKey: cluster, rowKey, node, ...row, evidence: verdict === 'reachable' ? '' : evidence }, 'Replace'];
    });
    await writeBatch(await tables.open(name), actions);
  }
}

interface Folded {
  ended: Ended;
  row: NodeRow;
  log: NodeLog;
  fold: Fold;
}

function foldAll(
  { settings }: Services,
  ended: readonly Ended[],
  rows: ReadonlyMap<string, NodeRow>,
  logs: ReadonlyMap<string, NodeLog>,
): Folded[] {
  const thresholds = { failures: settings.FAILURE_THRESHOLD, recoveries: settings.RECOVERY_THRESHOLD };
  return ended.flatMap((each): Folded[] => {
    const row = rows.get(each.node);
    // Only the flight that is claimed may be folded: anything else was folded before, or its node was replaced.
    if (row === undefined || row.flight?.nonce !== each.flight.nonce) return [];
    return [
      {
        ended: each,
        row,
        log: addToLog(logs.get(each.node) ?? emptyLog, each.result),
        fold: foldResult(row.state, each.result, thresholds),
      },
    ];
  });
}

async function outageActions(services: Services, cluster: string, { ended, row, log, fold }: Folded): Promise<TransactionAction[]> {
  const { node } = row.facts;
  if (fold.opened !== undefined) {
    const { reason } = ended.result;
    return [insertOutage(openOutage({ cluster, node }, fold.opened, reason, log, services.now().toISOString()))];
  }
  if (fold.closed === undefined) return [];
  const open = await readOutage(await services.tables.open('fleet'), cluster, node, fold.closed.start);
  return open ? [replaceOutage({ ...open, outage: closeOutage(open.outage, fold.closed.end, log) })] : [];
}

async function nodeActions(services: Services, cluster: string, folded: Folded): Promise<TransactionAction[]> {
  const { ended, row, fold } = folded;
  const claim = flightProperty(ended.keepsClaim ? { ...ended.flight, overdue: true } : undefined);
  const own = mergeNode(cluster, row, { ...stateProperties(fold.state), ...claim, foldedAt: services.now().toISOString() });
  return [own, ...(await outageActions(services, cluster, folded))];
}

/** Writes logs, then node and outage rows with the claims of ended flights, again from the start where a row changed meanwhile. */
async function writeFolds(
  services: Services,
  cluster: string,
  ended: readonly Ended[],
  first: Folded[],
  logs: ReadonlyMap<string, NodeLog>,
): Promise<Folded[]> {
  const fleet = await services.tables.open('fleet');
  let folded: Folded[] | undefined = first;
  return retryLostWrites(ATTEMPTS, async () => {
    const current =
      folded ??
      foldAll(
        services,
        ended,
        await readNodes(
          fleet,
          cluster,
          ended.map(({ node }) => node),
        ),
        logs,
      );
    folded = undefined;
    const told = current.filter((each) => each.ended.result.verdict !== 'unknown');
    await writeBatch(
      fleet,
      told.map((each) => putLog(cluster, each.row.facts.node, each.log)),
    );
    if (told.length > 0) effectDone('collect-slice:log-rows');
    const actions: TransactionAction[] = [];
    for (const each of current) actions.push(...(await nodeActions(services, cluster, each)));
    await writeBatch(fleet, actions);
    if (current.length > 0) effectDone('collect-slice:node-rows');
    return current;
  });
}

/**
 * Records ended flights: result rows, confirmations, logs, then node and outage rows in one batch.
 *
 * @param slice - the slice that collected them; its confirmation bears its name.
 * @returns whether something changed that is worth an assessment.
 */
export async function recordResults(
  services: Services,
  { sweep, cluster, slice }: { sweep: string; cluster: string; slice: string },
  ended: readonly Ended[],
  rows: ReadonlyMap<string, NodeRow>,
): Promise<boolean> {
  if (ended.length === 0) return false;
  await writeResults(services, cluster, ended);
  effectDone('collect-slice:result-rows');

  const fleet = await services.tables.open('fleet');
  const logs = await readLogs(
    fleet,
    cluster,
    ended.map(({ node }) => node),
  );
  const folded = foldAll(services, ended, rows, logs);
  const firstFailures = folded.filter(({ fold }) => fold.confirm).slice(0, CONFIRMED_IN_A_SLICE);
  if (firstFailures.length > 0) {
    const confirms = Object.fromEntries(firstFailures.map(({ row, ended: { result } }) => [row.facts.node, result.nonce]));
    await sendConfirmation(services, sweep, cluster, slice, confirms);
    effectDone('collect-slice:confirmation');
  }

  const written = await writeFolds(services, cluster, ended, folded, logs);
  return written.some(({ fold }) => fold.worthTelling);
}
