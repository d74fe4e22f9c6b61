import { SKEW_MS } from '../../model/schedule.ts';
import type { Services } from '../../services.ts';
import { readBlind } from '../../tables/blind-rows.ts';
import { listJudgedClusters } from '../../tables/cluster-rows.ts';
import { acquireJudging, readIncidentMark } from '../../tables/incident-rows.ts';
import type { MessageOf } from '../queue/messages.ts';
import { explainSweep } from '../queue/origin.ts';
import { requestJudging } from '../queue/request-judging.ts';
import { currentDiagnoses } from './current-diagnoses.ts';
import { judgeIncidents } from './judge-incidents.ts';
import { maintainedAt, readMaintenances } from './read-maintenances.ts';

/** Judgements that follow one another sooner are joined: a region that fails is hundreds of outages in a minute. */
const APART_MS = 2000;

async function judge(services: Services, sweep: string): Promise<void> {
  const { tables, now } = services;
  const asOf = now();
  const clusters = await listJudgedClusters(tables);
  const [blind, maintenance] = [await readBlind(tables), await readMaintenances(services, clusters)];
  const diagnoses = await currentDiagnoses(services, clusters, blind);
  await judgeIncidents(services, sweep, { clusters, blind, maintained: maintainedAt(maintenance, now()), diagnoses, asOf });
}

/** Judges incidents once the outage of a cluster has begun: at once, or a moment later where others have just begun too. */
export async function judgeIncidentsSoon(services: Services, sweep: string): Promise<void> {
  const next = await acquireJudging(services.tables, services.now(), APART_MS);
  if (next !== undefined) return requestJudging(services, sweep, next);
  await judge(services, sweep);
}

/** Judges incidents between two completions of sweeps, as a message asks, unless that was done since. */
export async function judgeIncidentsBetween(services: Services, { sweep, judgeAt }: MessageOf<'judge-incidents'>): Promise<void> {
  const fault = await explainSweep(services, sweep);
  if (fault !== undefined) throw new Error(fault);
  const mark = await readIncidentMark(services.tables);
  // One in the future is none of ours, and must not keep everybody from judging.
  if (mark >= judgeAt && Date.parse(mark) <= services.now().getTime() + SKEW_MS) return;
  await judgeIncidentsSoon(services, sweep);
}
