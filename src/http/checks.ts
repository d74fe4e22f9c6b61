import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { resolveTarget } from '../check/check-target.ts';
import { describeResult, describeStart } from '../check/describe-check.ts';
import { lostAt } from '../check/end-check.ts';
import { searchBudget } from '../check/search-budget.ts';
import { sendCheck, startAtOnce } from '../check/start-check.ts';
import { Problem } from '../model/problem.ts';
import { reasons } from '../model/reasons.ts';
import { parseTarget } from '../model/resource-id.ts';
import type { Services } from '../services.ts';
import type { Settings } from '../settings.ts';
import { type Bounds, useUp } from '../tables/budget-rows.ts';
import { type CheckRow, insertCheck, isCheckId, lockNode, readCheck, unlockNode } from '../tables/check-rows.ts';
import { accountOf, callerOf, idOf, waitOf, wantsText } from './check-headers.ts';
import type { CheckRequest, CheckView } from './check-schemas.ts';
import type { Reply, RouteRequest } from './route.ts';

const LOOK_AGAIN_MS = 500;
const RETRY_AFTER_SECONDS = '5';
const CHECK_RUNNING_SECONDS = 10;

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

/** The lines of kubectl-az, for people with a terminal. */
function textOf(check: CheckRow, view: CheckView, verbose: boolean): string {
  const head = describeStart(parseTarget(check.target)!, check.os, verbose);
  const { verdict, reason, message = '', response, takenFrom } = view;
  const tail = verdict && reason ? describeResult({ verdict, reason, message, response, takenFrom }, verbose) : [];
  return `${[...head, ...tail].join('\n').trimEnd()}\n`;
}

function show(services: Services, check: CheckRow, request: RouteRequest, headers: Record<string, string> = {}): Reply {
  const view = viewCheck(services, check);
  const running: Record<string, string> = view.status === 'running' ? { 'retry-after': RETRY_AFTER_SECONDS } : {};
  const reply = {
    status: Object.keys(headers).length > 0 && view.status === 'running' ? 202 : 200,
    headers: { vary: 'Accept', ...headers, ...running },
  };
  if (!wantsText(request)) return { ...reply, json: view };
  return { ...reply, text: { type: 'text/plain; charset=utf-8', body: textOf(check, view, request.query.get('verbose') === 'true') } };
}

async function waitFor(services: Services, check: CheckRow, seconds: number): Promise<CheckRow> {
  const end = Date.now() + seconds * 1000;
  let current = check;
  while (current.result === undefined && Date.now() < end) {
    await sleep(LOOK_AGAIN_MS);
    current = (await readCheck(services.tables, check.id)) ?? current;
  }
  return current;
}

const otherRequest = () => new Problem('other-request', 'this Idempotency-Key stands for a check of another node; use a new one');

/** Stores a check after its message: one that stands and has none would never begin, however often it is asked for. */
async function store(services: Services, check: CheckRow): ReturnType<typeof insertCheck> {
  try {
    await sendCheck(services, check);
    return await insertCheck(services.tables, check);
  } catch (error) {
    // Unless only the answer was lost, the place of the node is another's to take.
    if ((await readCheck(services.tables, check.id)) === undefined) await unlockNode(services.tables, check);
    throw error;
  }
}

/** Of what all may ask for in a minute, one caller may ask for half: some are left for others. */
function boundsOf({ CHECKS_PER_MINUTE }: Settings): Bounds {
  return { own: Math.ceil(CHECKS_PER_MINUTE / 2), all: CHECKS_PER_MINUTE };
}

function tooMany(bounds: Bounds, full: keyof Bounds, now: Date): Problem {
  const who = full === 'own' ? 'of one caller (half of CHECKS_PER_MINUTE)' : 'of all callers (CHECKS_PER_MINUTE)';
  const detail = `expected at most ${bounds[full]} checks a minute ${who}, there were as many already`;
  return new Problem('too-many-checks', detail, 60 - now.getUTCSeconds());
}

/** Makes the check, within the bounds of how many there may be, and has it begin. What finds no node, or a busy one, costs nothing. */
async function makeCheck(services: Services, request: RouteRequest, id: string, asked: string): Promise<CheckRow> {
  const { settings, tables, now } = services;
  const account = accountOf(request, settings);
  const { cluster, region, facts } = await resolveTarget(services, request.body as CheckRequest, searchBudget(services, account));
  const check: CheckRow = {
    id,
    cluster,
    region,
    node: facts.node,
    os: facts.os,
    target: facts.resourceId,
    requestedAt: now().toISOString(),
    requestedBy: callerOf(request, settings),
    asked,
  };
  const other = await lockNode(tables, check, now(), lostAt(services, check));
  if (other !== undefined)
    throw new Problem(
      'check-running',
      `the check ${other} of this node is running; GET /api/checks/${other} tells what it comes to`,
      CHECK_RUNNING_SECONDS,
    );
  const bounds = boundsOf(settings);
  const time = now();
  const full = await useUp(tables, 'checks', time, { caller: account, use: id.slice(-12) }, bounds).catch(async (error: unknown) => {
    await unlockNode(tables, check);
    throw error;
  });
  if (full !== undefined) {
    // Another instance may have made it in the minute before, under the same key.
    const made = await readCheck(tables, id);
    if (made === undefined) await unlockNode(tables, check);
    if (made?.asked !== asked) throw made === undefined ? tooMany(bounds, full, time) : otherRequest();
    return made;
  }
  const { check: stored, made } = await store(services, check);
  if (stored.asked !== asked) {
    // Another request under the same key was faster: the place of this node is not its.
    if (stored.cluster !== cluster || stored.node !== check.node) await unlockNode(tables, check);
    throw otherRequest();
  }
  // A repeat begins nothing: who made the check has.
  if (made) await startAtOnce(services, stored);
  return stored;
}

/** The checks that are being made here, by what was asked for under which id. */
const making = new Map<string, Promise<CheckRow>>();

/** Makes a check, once: who repeats a request while that is done waits for the same. */
async function makeOnce(services: Services, request: RouteRequest, id: string, asked: string): Promise<CheckRow> {
  const key = `${id}|${asked}`;
  const made = making.get(key) ?? makeCheck(services, request, id, asked).finally(() => making.delete(key));
  making.set(key, made);
  return made;
}

/** `POST /api/checks` */
export async function createCheck(services: Services, request: RouteRequest): Promise<Reply> {
  const id = idOf(request, services.now());
  const asked = createHash('sha256').update(JSON.stringify(request.body)).digest('hex');
  const before = await readCheck(services.tables, id);
  const check = before ?? (await makeOnce(services, request, id, asked));
  if (check.asked !== asked) throw otherRequest();
  const seconds = waitOf(request);
  const applied: Record<string, string> = seconds > 0 ? { 'preference-applied': `wait=${seconds}` } : {};
  return show(services, await waitFor(services, check, seconds), request, { location: `/api/checks/${id}`, ...applied });
}

/** `GET /api/checks/{id}` */
export async function showCheck(services: Services, request: RouteRequest): Promise<Reply> {
  const id = request.params.id ?? '';
  const check = isCheckId(id) ? await readCheck(services.tables, id) : undefined;
  if (check === undefined) throw new Problem('unknown-check', `no check "${id.slice(0, 60)}" is known; checks are kept for 7 days`);
  return show(services, check, request);
}
