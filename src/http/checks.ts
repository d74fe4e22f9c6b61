import { createHash, randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseTarget } from '../fleet/resource-id.ts';
import { describeResult, describeRun } from '../probe/describe-check.ts';
import { reasons } from '../probe/reasons.ts';
import type { Services } from '../services.ts';
import { lostAt, runCheck } from '../sweep/run-check.ts';
import { type CheckRow, countCheck, insertCheck, isCheckId, leavePlace, readCheck, takePlace } from '../tables/check-rows.ts';
import type { CheckRequest, CheckView } from './check-schemas.ts';
import { resolveTarget } from './check-target.ts';
import { HttpProblem } from './problem.ts';
import type { Reply, RouteRequest } from './routes.ts';

const LOOK_AGAIN_MS = 500;
const LONGEST_WAIT_SECONDS = 100;
const RETRY_AFTER_SECONDS = '5';

function viewCheck(services: Services, check: CheckRow): CheckView {
  const { id, target, cluster, node, requestedAt, requestedBy } = check;
  const common = { id, target, cluster, node, requestedAt, requestedBy };
  const lost = lostAt(services, check);
  const isLost = check.result === undefined && services.now() > lost;
  const message = 'the check began and never came to an end';
  const result = isLost ? { verdict: 'unknown' as const, reason: 'Lost' as const, message, completedAt: lost.toISOString() } : check.result;
  if (result === undefined) return { ...common, status: 'running' };
  const { stage, remedies } = reasons[result.reason];
  return { ...common, status: 'done', ...result, stage, remedies: [...remedies] };
}

/** The lines of seed 000, for people with a terminal. */
function textOf(check: CheckRow, view: CheckView, verbose: boolean): string {
  const head = verbose ? describeRun(parseTarget(check.target)!, check.os) : [];
  const { verdict, reason, message = '', response } = view;
  const tail = verdict && reason ? describeResult({ verdict, reason, message, response }, verbose) : [];
  return `${[...head, 'Running...', '', ...tail].join('\n').trimEnd()}\n`;
}

function show(services: Services, check: CheckRow, request: RouteRequest, headers: Record<string, string> = {}): Reply {
  const view = viewCheck(services, check);
  const running: Record<string, string> = view.status === 'running' ? { 'retry-after': RETRY_AFTER_SECONDS } : {};
  const reply = { status: Object.keys(headers).length > 0 && view.status === 'running' ? 202 : 200, headers: { ...headers, ...running } };
  const wantsText = /^text\/plain/.test(request.headers.get('accept') ?? '');
  if (!wantsText) return { ...reply, json: view };
  return { ...reply, text: { type: 'text/plain; charset=utf-8', body: textOf(check, view, request.query.get('verbose') === 'true') } };
}

/** Who asks: App Service names a signed-in caller itself and lets nobody else set that header. */
function callerOf({ headers }: RouteRequest): string {
  const name = headers
    .get('x-ms-client-principal-name')
    ?.replace(/[^\P{Cc}]/gu, '')
    .slice(0, 200);
  const address = headers.get('x-forwarded-for')?.split(',')[0]?.trim().slice(0, 60);
  return `${name || 'the holder of a function key'}${address ? ` at ${address}` : ''}`;
}

/** An idempotency key gives the check its id, so that asking again is the same check. */
function idOf(request: RouteRequest, now: Date): string {
  const key = request.headers.get('idempotency-key');
  if (key !== null && !/^[\x21-\x7e]{1,200}$/.test(key))
    throw new HttpProblem(400, 'bad-idempotency-key', 'expected Idempotency-Key to be 1 to 200 visible characters');
  const hex = key === null ? randomBytes(8).toString('hex') : createHash('sha256').update(key).digest('hex').slice(0, 16);
  return `${now.toISOString().slice(0, 10)}-${hex}`;
}

/** Seconds of `Prefer: wait=N` (RFC 7240); 0 without it. */
function waitOf({ headers }: RouteRequest): number {
  const seconds = /(?:^|[,;\s])wait=(\d{1,5})(?:$|[,;\s])/i.exec(headers.get('prefer') ?? '')?.[1];
  return Math.min(LONGEST_WAIT_SECONDS, Number(seconds ?? 0));
}

async function waitFor(services: Services, check: CheckRow, seconds: number): Promise<CheckRow> {
  const checks = await services.tables.open('checks');
  const end = Date.now() + seconds * 1000;
  let current = check;
  while (current.result === undefined && Date.now() < end) {
    await sleep(LOOK_AGAIN_MS);
    current = (await readCheck(checks, check.id)) ?? current;
  }
  return current;
}

/** Makes the check, within the bounds of how many there may be. */
async function makeCheck(services: Services, request: RouteRequest, id: string, asked: string): Promise<CheckRow> {
  const { settings, tables, now } = services;
  const checks = await tables.open('checks');
  const { cluster, region, facts } = await resolveTarget(services, request.body as CheckRequest);
  const time = now();
  const check: CheckRow = {
    id,
    cluster,
    region,
    node: facts.node,
    os: facts.os,
    target: facts.resourceId,
    requestedAt: time.toISOString(),
    requestedBy: callerOf(request),
    asked,
  };
  const other = await takePlace(checks, check, time, lostAt(services, check));
  if (other !== undefined)
    throw new HttpProblem(
      429,
      'check-running',
      `the check ${other} of this node is running; GET /api/checks/${other} tells what it comes to`,
      10,
    );
  if (!(await countCheck(checks, time, settings.CHECKS_PER_MINUTE))) {
    await leavePlace(checks, check);
    const detail = `expected at most ${settings.CHECKS_PER_MINUTE} checks a minute (CHECKS_PER_MINUTE), there were as many already`;
    throw new HttpProblem(429, 'too-many-checks', detail, 60 - time.getUTCSeconds());
  }
  return insertCheck(checks, check);
}

/** `POST /api/checks` */
export async function createCheck(services: Services, request: RouteRequest): Promise<Reply> {
  const id = idOf(request, services.now());
  const asked = createHash('sha256').update(JSON.stringify(request.body)).digest('hex');
  const checks = await services.tables.open('checks');
  const before = await readCheck(checks, id);
  if (before !== undefined && before.asked !== asked)
    throw new HttpProblem(409, 'other-request', 'this Idempotency-Key stands for a check of another node; use a new one');
  const check = before ?? (await makeCheck(services, request, id, asked));
  // Also for one that is there already: the process that made it may have died before it began.
  await runCheck(services, { check: id });
  const done = await waitFor(services, check, waitOf(request));
  return show(services, done, request, { location: `/api/checks/${id}` });
}

/** `GET /api/checks/{id}` */
export async function showCheck(services: Services, request: RouteRequest): Promise<Reply> {
  const id = request.params.id ?? '';
  const check = isCheckId(id) ? await readCheck(await services.tables.open('checks'), id) : undefined;
  if (check === undefined)
    throw new HttpProblem(404, 'unknown-check', `no check "${id.slice(0, 60)}" is known; checks are kept for 7 days`);
  return show(services, check, request);
}
