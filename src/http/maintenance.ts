import { log } from '../log.ts';
import type { MaintenanceRequest } from '../model/cluster-maintenance.ts';
import { currentMaintenance } from '../model/cluster-maintenance.ts';
import { parseDuration } from '../model/duration.ts';
import { LONGEST_MAINTENANCE_MS } from '../model/maintenance.ts';
import { MAINTENANCE_TAG } from '../model/maintenance-tag.ts';
import { Problem } from '../model/problem.ts';
import type { Services } from '../services.ts';
import { requestAssessment } from '../sweep/queue/request-assessment.ts';
import { readCluster as readOwnRow } from '../tables/cluster-rows.ts';
import { changeMaintenanceRequest, readMaintenanceRequest } from '../tables/maintenance-rows.ts';
import { readCluster } from '../views/clusters.ts';
import { viewClusterMaintenance, viewMaintenance } from '../views/maintenance.ts';
import * as z from '../zod.ts';
import { callerOf } from './check-headers.ts';
import type { Reply, RouteRequest } from './route.ts';

const SHORTEST_MS = 60_000;
const MOST_REASON = 200;

const reason = z.described(
  z.optional(z.string().check(z.minLength(1), z.maxLength(MOST_REASON))),
  'Why, for those who see it on the page.',
);
const until = z.described(z.iso.datetime({ offset: true }), 'When it ends, ISO 8601.');
const duration = z.described(
  z.string().check(
    z.maxLength(20),
    z.refine((text) => parseDuration(text) !== undefined, 'expected a duration of days, hours and minutes, such as PT2H'),
  ),
  'How long it lasts from now, as `PT2H`, `PT90M` or `P1D`.',
);

/** When a maintenance ends, and why it is one. */
export const maintenanceBody = z.described(
  z.union([z.strictObject({ until, reason }), z.strictObject({ duration, reason })]),
  'when it ends: {"until": "2026-12-01T22:00:00Z"} or {"duration": "PT2H"}, and perhaps a "reason".',
);

const isOn = ({ from, until: end }: MaintenanceRequest, now: Date) => Date.parse(from) <= now.getTime() && now.getTime() < Date.parse(end);

/** @throws Problem if it ends too soon or too late. */
function endOf(body: z.output<typeof maintenanceBody>, now: Date): string {
  const end = 'until' in body ? Date.parse(body.until) : now.getTime() + parseDuration(body.duration)!;
  const length = end - now.getTime();
  if (length >= SHORTEST_MS && length <= LONGEST_MAINTENANCE_MS) return new Date(end).toISOString();
  throw new Problem(
    'bad-maintenance',
    `expected a maintenance that ends in 1 minute to 7 days from now, got one that would end at ${new Date(end).toISOString()}; ask for a longer one again before it ends`,
  );
}

/** `GET /api/clusters/{cluster}/maintenance` */
export async function showMaintenance(services: Services, { params }: RouteRequest): Promise<Reply> {
  return { json: await viewClusterMaintenance(services, await readCluster(services, params.cluster!)) };
}

/** `POST /api/clusters/{cluster}/maintenance` */
export async function beginMaintenance(services: Services, request: RouteRequest): Promise<Reply> {
  const { tables, settings } = services;
  const cluster = request.params.cluster!;
  const { maintenanceTag: tag } = await readCluster(services, cluster);
  const now = services.now();
  const body = request.body as z.output<typeof maintenanceBody>;
  const asked = { until: endOf(body, now), by: callerOf(request, settings), reason: body.reason };
  let goesOn = false;
  await changeMaintenanceRequest(tables, cluster, (before) => {
    goesOn = before !== undefined && isOn(before, now);
    return { ...asked, from: goesOn ? before!.from : now.toISOString() };
  });
  log.warn(`${cluster} is in maintenance until ${asked.until}, asked for by ${asked.by}${asked.reason ? `: ${asked.reason}` : ''}`);
  const stored = await readMaintenanceRequest(tables, cluster);
  return { status: goesOn ? 200 : 201, json: viewMaintenance({ tag, request: stored }, now) };
}

/** `DELETE /api/clusters/{cluster}/maintenance` */
export async function endMaintenance(services: Services, request: RouteRequest): Promise<Reply> {
  const { tables, settings } = services;
  const cluster = request.params.cluster!;
  const { maintenanceTag: tag } = await readCluster(services, cluster);
  const now = services.now();
  const endedBy = callerOf(request, settings);
  let ended = false;
  await changeMaintenanceRequest(tables, cluster, (before) => {
    ended = before !== undefined && isOn(before, now);
    return ended ? { ...before!, until: now.toISOString(), endedBy } : undefined;
  });
  if (ended) {
    log.warn(`the maintenance of ${cluster} was ended by ${endedBy}`);
    // What was held back is notified at once, and not with the next sweep.
    const sweep = (await readOwnRow(tables, cluster))?.row.sweep;
    if (sweep) await requestAssessment(services, sweep, cluster, 'now');
  }
  const byTag = currentMaintenance({ tag }, now);
  if (byTag === undefined) return { status: 204 };
  throw new Problem(
    'maintained-by-tag',
    `expected a cluster that is in maintenance by request alone, got one whose tag ${MAINTENANCE_TAG} says so until ${byTag.until}; change the tag, and the next sweep follows it`,
  );
}
