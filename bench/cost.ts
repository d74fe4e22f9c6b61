import type { WayFigures } from './compare.ts';
import { prices, SECONDS_A_MONTH } from './prices.ts';

/** The bill of a month for 1,000 nodes that are asked every 5 minutes, in US dollars, by resource. */
export interface MonthlyCost {
  memory: number;
  executions: number;
  storage: number;
  ingestion: number;
  total: number;
}

const NODES = 1000;
const INTERVAL_SECONDS = 300;
const PROBES = (NODES * SECONDS_A_MONTH) / INTERVAL_SECONDS;

/**
 * Works out the bill of a way to ask nodes. Pure.
 *
 * @param sharing - whether executions that overlap share an instance, which then costs once.
 */
export function monthlyCost(figures: WayFigures, sharing: 'alone' | 'shared'): MonthlyCost {
  const gbSeconds = sharing === 'alone' ? figures.gbSecondsAlone : figures.gbSecondsShared;
  const memory = PROBES * gbSeconds * prices.gbSecond;
  const executions = PROBES * figures.executions * prices.execution;
  const storage = PROBES * (figures.queueOperations * prices.queueOperation + figures.tableTransactions * prices.tableTransaction);
  const ingestion = ((PROBES * figures.ingestedBytes) / 1e9) * prices.ingestedGb;
  return { memory, executions, storage, ingestion, total: memory + executions + storage + ingestion };
}
