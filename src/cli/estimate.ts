/** The size of a fleet and of its sweeps. */
export interface Volume {
  clusters: number;
  /** Nodes that are probed in each sweep. */
  nodes: number;
  /** Executions of one sweep, and how many seconds of them are billed. */
  executions: number;
  seconds: number;
  intervalSeconds: number;
  retentionDays: number;
}

/** One line of the bill. */
export interface CostLine {
  what: string;
  /** The amount in a month, in `unit`. */
  amount: number;
  unit: string;
  usd: number;
}

const SECONDS_A_MONTH = 30 * 86_400;
const MEMORY_GB = 0.5;

// List prices of a region such as East US in US dollars, some of them from third parties, and Flex grants each month.
const PRICES = {
  gbSecond: 0.000026,
  freeGbSeconds: 100_000,
  execution: 0.4 / 1e6,
  freeExecutions: 250_000,
  queueOperation: 0.004 / 10_000,
  tableTransaction: 0.00036 / 10_000,
  storedGb: 0.045,
  ingestedGb: 2.3,
  freeIngestedGb: 5,
  // A tenth of it for each further series.
  alertRule: { 1: 3, 5: 1.5, 15: 0.5 },
  metricSeries: 0.1,
  webTest: 0.0006,
} as const;

/** What a sweep needs of each resource: measured by `npm run bench`, or counted in the code. */
const A_SWEEP = {
  operationsPerMessage: 3,
  transactionsPerNode: 0.25,
  transactionsPerCluster: 30,
  bytesPerResult: 600,
  bytesPerCluster: 1500,
  bytes: 6000,
} as const;
/** The rules of `infra/modules/alerts.bicep` by the minutes between evaluations, and which of them have a series for each cluster. */
export const ALERT_RULES = [
  { minutes: 1, rules: 3, byCluster: 1 },
  { minutes: 5, rules: 4, byCluster: 3 },
  { minutes: 15, rules: 5, byCluster: 2 },
] as const;
/** Five places that ask for the health of the app, each every 15 minutes. */
const WEB_TESTS_A_DAY = 5 * 96;
/** The daily work of a timer, which looks each hour whether it is done. */
const PRUNES_A_DAY = 24;

/**
 * Estimates the bill of a month, rather too high than too low. Run Command and requests to Azure Resource Manager are free.
 *
 * @returns lines in US dollars at list prices.
 */
export function estimateCost({ clusters, nodes, executions: perSweep, seconds, intervalSeconds, retentionDays }: Volume): CostLine[] {
  const sweeps = SECONDS_A_MONTH / intervalSeconds;
  const webTests = 30 * WEB_TESTS_A_DAY;
  // Each of these takes less than the second that is billed at least. An upper bound: executions that share an instance are billed once.
  const others = webTests + 30 * PRUNES_A_DAY;
  const executions = sweeps * perSweep + others;
  const gbSeconds = MEMORY_GB * (sweeps * seconds + others);
  const operations = sweeps * perSweep * A_SWEEP.operationsPerMessage;
  const transactions = sweeps * (nodes * A_SWEEP.transactionsPerNode + clusters * A_SWEEP.transactionsPerCluster);
  const storedGb = (sweeps * nodes * A_SWEEP.bytesPerResult * (retentionDays / 30)) / 1e9;
  const ingestedGb = (sweeps * (clusters * A_SWEEP.bytesPerCluster + A_SWEEP.bytes)) / 1e9;
  const further = Math.max(0, clusters - 1);
  const series = ALERT_RULES.reduce((sum, { rules, byCluster }) => sum + rules + byCluster * further, 0);
  const alerts = ALERT_RULES.reduce((sum, { minutes, rules, byCluster }) => {
    const price = PRICES.alertRule[minutes];
    return sum + price * rules + (price / 10) * byCluster * further;
  }, 0);
  const line = (what: string, amount: number, unit: string, usd: number): CostLine => ({
    what,
    amount: Math.round(amount * 100) / 100,
    unit,
    usd: Math.round(usd * 100) / 100,
  });
  return [
    line('Functions, memory', gbSeconds, 'GB-s', Math.max(0, gbSeconds - PRICES.freeGbSeconds) * PRICES.gbSecond),
    line('Functions, executions', executions, 'executions', Math.max(0, executions - PRICES.freeExecutions) * PRICES.execution),
    line('Queue operations', operations, 'operations', operations * PRICES.queueOperation),
    line('Table transactions', transactions, 'transactions', transactions * PRICES.tableTransaction),
    line('Table storage', storedGb, 'GB', storedGb * PRICES.storedGb),
    line('Log Analytics', ingestedGb, 'GB', Math.max(0, ingestedGb - PRICES.freeIngestedGb) * PRICES.ingestedGb),
    line('Alert rules', series, 'time series', alerts),
    line('Availability test', webTests, 'tests', webTests * PRICES.webTest + PRICES.metricSeries),
  ];
}
