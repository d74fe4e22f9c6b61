import { announceOutages } from '../../notify/announce-outages.ts';
import type { Services } from '../../services.ts';
import { hasRows, type OwnClusterRow, publishCluster, putCluster, readCluster, repairMarks } from '../../tables/cluster-rows.ts';
import { writeFleet } from '../../tables/fleet-batch.ts';
import { readJudgedNodes } from '../../tables/node-rows.ts';
import { type OutageRow, readOutages } from '../../tables/outage-rows.ts';
import { isLostWrite } from '../../tables/rows.ts';
import { isFinalized, readClusterFacts } from '../../tables/sweep-rows.ts';
import { faultPoint } from '../queue/fault-point.ts';
import type { MessageOf } from '../queue/messages.ts';
import { explainSweep, isPast } from '../queue/origin.ts';
import { requestAssessment } from '../queue/request-assessment.ts';
import { announcingContext, archiveOutages, writeClusterOutage } from './archive-outages.ts';
import { judgeCluster, type Seen } from './judge-cluster.ts';

const ATTEMPTS = 5;
/** By which the clocks of two instances may differ. */
const SKEW_MS = 10_000;

async function see(services: Services, cluster: string, finalized: boolean): Promise<Omit<Seen, 'before'>> {
  // Before anything is read: what is written from then on is not in this judgement.
  const now = services.now();
  const nodes = await readJudgedNodes(services.tables, cluster);
  const active = await readOutages(services.tables, cluster, { which: 'active' });
  return { nodes, active, finalized, now };
}

/** Whether a request was made well before the latest judgement, which then saw what it was made for. */
function wasSeen({ sweep, assessAt }: MessageOf<'assess-cluster'>, row: OwnClusterRow): boolean {
  return assessAt <= row.assessAt || (row.finalizedSweep >= sweep && Date.parse(assessAt) <= Date.parse(row.assessedAt) - SKEW_MS);
}

interface Judged {
  row: OwnClusterRow;
  /** Active outages as they stand; absent where they have to be read again. */
  active?: OutageRow[];
}

/**
 * Makes sure that there is something to judge, before a row is made of a message: a forged one, or one of another fleet, may name any cluster, and
 * a assessAt or a sweep ahead of time would silence the cluster until then.
 */
async function expectOurs(services: Services, { sweep, cluster, assessAt }: MessageOf<'assess-cluster'>, isKnown: boolean): Promise<void> {
  const { tables, now } = services;
  if (!isPast(assessAt, now())) throw new Error(`expected an assessment of ${cluster} that is due, got one for ${assessAt}`);
  const fault = await explainSweep(services, sweep);
  if (fault !== undefined) throw new Error(fault);
  if (isKnown || (await readClusterFacts(tables, sweep, cluster)) !== undefined) return;
  if (!(await hasRows(tables, cluster)))
    throw new Error(`expected a cluster of the fleet or of the sweep ${sweep}, got ${cluster}: nothing is known of it`);
}

/** Judges a cluster and stores the judgement, unless a judgement has seen what it was asked for. Returns what is stored. */
async function judgeAndStore(services: Services, message: MessageOf<'assess-cluster'>): Promise<Judged> {
  const { tables } = services;
  const { sweep, cluster } = message;
  const finalized = await isFinalized(tables, sweep, cluster);
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const read = await readCluster(tables, cluster);
    await expectOurs(services, message, read !== undefined);
    const before = read && { ...read, row: repairMarks(read.row, services.now()) };
    if (before !== undefined && wasSeen(message, before.row)) return { row: before.row };
    const seen = { before, ...(await see(services, cluster, finalized)) };
    const [row, quorum] = await judgeCluster(services, message, seen);
    const own = await writeClusterOutage(tables, row, quorum, seen);
    // What is written by this very judgement is archived with the next.
    const archived = archiveOutages(
      services,
      row,
      own.length > 0 ? seen.active.filter(({ outage }) => outage.node) : seen.active,
      seen.now,
    );
    try {
      await writeFleet(tables, [putCluster(row, before?.etag), ...own, ...archived]);
    } catch (error) {
      if (!isLostWrite(error)) throw error;
      continue;
    }
    faultPoint('assess-cluster:cluster-row');
    await publishCluster(tables, row);
    faultPoint('assess-cluster:published');
    return { row, active: own.length + archived.length === 0 ? seen.active : undefined };
  }
  throw new Error(`expected to judge ${cluster} within ${ATTEMPTS} attempts; others wrote its row each time`);
}

/** Stage 6: judges one cluster as its results come in, and announces its outages. */
export async function assessCluster(services: Services, message: MessageOf<'assess-cluster'>): Promise<void> {
  const { sweep, cluster } = message;
  const { row, active } = await judgeAndStore(services, message);
  const again = await announceOutages(services, row, announcingContext(services, row), active);
  if (again !== undefined) await requestAssessment(services, sweep, cluster, again);
}
