import * as z from '../zod.ts';
import { LONGEST_MAINTENANCE_MS, type MaintenanceRule, type Stretch, stretchAt, stretchesIn } from './maintenance.ts';
import { readMaintenanceTag } from './maintenance-tag.ts';
import { SKEW_MS } from './schedule.ts';

const DAY_MS = 86_400_000;

const maintenanceRequest = z.object({
  from: z.string(),
  until: z.string(),
  /** Who asked for it. */
  by: z.string(),
  reason: z.optional(z.string()),
  /** Who ended it before its time, at `until`. */
  endedBy: z.optional(z.string()),
});
/** A maintenance that somebody asked for over HTTP; times are ISO 8601 UTC. */
export type MaintenanceRequest = z.output<typeof maintenanceRequest>;

/** What says when a cluster is in maintenance: the value of its tag, and the latest request. */
export const clusterMaintenance = z.object({ tag: z.optional(z.string()), request: z.optional(maintenanceRequest) });
export type ClusterMaintenance = z.output<typeof clusterMaintenance>;

/** The maintenance that a cluster is in. */
export interface CurrentMaintenance extends Omit<MaintenanceRequest, 'by' | 'endedBy'> {
  /** What says so; where both do, the request, which says who asked. */
  source: 'tag' | 'request';
  by?: string;
}

const ruleOf = ({ from, until }: MaintenanceRequest): MaintenanceRule => ({
  kind: 'once',
  from: Date.parse(from),
  until: Date.parse(until),
});

/** Whether a request ends when one can: one that is to last for longer than anybody can ask for is none of ours, and silences nothing. */
const endsInTime = (request: MaintenanceRequest, now: Date) =>
  !(Date.parse(request.until) - now.getTime() > LONGEST_MAINTENANCE_MS + SKEW_MS);

function rulesOf({ tag, request }: ClusterMaintenance, now: Date): MaintenanceRule[] {
  return [...readMaintenanceTag(tag).rules, ...(request === undefined || !endsInTime(request, now) ? [] : [ruleOf(request)])];
}

/** The maintenance that a cluster is in now, from its beginning to its end, whatever windows it consists of; undefined where it is in none. Pure. */
export function currentMaintenance(maintenance: ClusterMaintenance, now: Date): CurrentMaintenance | undefined {
  const time = now.getTime();
  const stretch = stretchAt(rulesOf(maintenance, now), time);
  if (stretch === undefined) return undefined;
  const { request } = maintenance;
  const span = { from: new Date(stretch.from).toISOString(), until: new Date(stretch.until).toISOString() };
  if (request === undefined || !endsInTime(request, now) || stretchAt([ruleOf(request)], time) === undefined)
    return { ...span, source: 'tag' };
  return { ...span, source: 'request', by: request.by, reason: request.reason };
}

/** The stretches of maintenance of the last day, and longer where asked for, the current one included. Pure. */
export function recentMaintenance(maintenance: ClusterMaintenance, now: Date, agoMs = DAY_MS): Stretch[] {
  const time = now.getTime();
  return stretchesIn(rulesOf(maintenance, now), { from: time - Math.max(agoMs, DAY_MS), until: time + 1 });
}

/**
 * Adds to the stretches of maintenance the time in which a cluster is stopped, started or deleted: from two intervals before that was noticed, since a
 * sweep may have listed it shortly before, until two intervals from now. Pure.
 *
 * @param plannedSince - when that was noticed, ISO 8601 UTC.
 * @param intervalMs - the interval between two sweeps, in milliseconds.
 */
export function withPlanned(stretches: readonly Stretch[], plannedSince: string, intervalMs: number, now: Date): Stretch[] {
  const planned = { from: Date.parse(plannedSince) - 2 * intervalMs, until: now.getTime() + 2 * intervalMs };
  const rules = [...stretches, planned].map((stretch): MaintenanceRule => ({ kind: 'once', ...stretch }));
  return stretchesIn(rules, { from: Math.min(planned.from, ...stretches.map(({ from }) => from)), until: planned.until });
}
