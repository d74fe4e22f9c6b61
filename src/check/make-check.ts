import type { Wanted } from '../inventory/find-node.ts';
import { Problem } from '../model/problem.ts';
import type { Services } from '../services.ts';
import type { Settings } from '../settings.ts';
import { type Bounds, useUp } from '../tables/budget-rows.ts';
import { type CheckRow, insertCheck, lockNode, readCheck, unlockNode } from '../tables/check-rows.ts';
import { announceCheck } from './announce-check.ts';
import { lostAt } from './end-check.ts';
import { resolveTarget } from './resolve-target.ts';
import { searchBudget } from './search-budget.ts';
import { sendCheck, startAtOnce } from './start-check.ts';

const CHECK_RUNNING_SECONDS = 10;

/** A request for a check. */
export interface CheckOrder {
  id: string;
  /** Hash of the whole request: the same id with another hash is an error. */
  asked: string;
  wanted: Wanted;
  /** The name under which the caller's checks are counted. */
  account: string;
  requestedBy: string;
}

const otherRequest = () => new Problem('other-request', 'this Idempotency-Key was used for a check of another node; use a new one');

/** One caller may request half of the checks that all callers may request in a minute, so that some are left for others. */
function boundsOf({ CHECKS_PER_MINUTE }: Settings): Bounds {
  return { own: Math.ceil(CHECKS_PER_MINUTE / 2), all: CHECKS_PER_MINUTE };
}

function tooMany(bounds: Bounds, full: keyof Bounds, now: Date): Problem {
  const who = full === 'own' ? 'of one caller (half of CHECKS_PER_MINUTE)' : 'of all callers (CHECKS_PER_MINUTE)';
  const detail = `expected at most ${bounds[full]} checks a minute ${who}, there were as many already`;
  return new Problem('too-many-checks', detail, 60 - now.getUTCSeconds());
}

/** Counts a check against the bounds of this minute. Returns a problem if a bound is exhausted. */
async function countCheck({ settings, tables, now }: Services, { id, account }: CheckOrder): Promise<Problem | undefined> {
  const bounds = boundsOf(settings);
  const time = now();
  const full = await useUp(tables, 'checks', time, { caller: account, use: id.slice(-12) }, bounds);
  return full && tooMany(bounds, full, time);
}

/** Queues the message of a check, then stores the check: one that is stored without a message would never begin. */
async function store(services: Services, check: CheckRow): ReturnType<typeof insertCheck> {
  try {
    await sendCheck(services, check);
    return await insertCheck(services.tables, check);
  } catch (error) {
    // The check may have been stored although the write failed. If it was not, the node is free for the next check.
    if ((await readCheck(services.tables, check.id)) === undefined) await unlockNode(services.tables, check);
    throw error;
  }
}

/** Creates and starts a check, if the bounds allow it. A request for a node that is unknown or busy is not counted. */
async function makeNewCheck(services: Services, order: CheckOrder): Promise<CheckRow> {
  const { tables, now } = services;
  const { id, asked, requestedBy } = order;
  const { cluster, region, facts } = await resolveTarget(services, order.wanted, searchBudget(services, order.account));
  const requestedAt = now().toISOString();
  const check: CheckRow = {
    id,
    cluster,
    region,
    node: facts.node,
    os: facts.os,
    target: facts.resourceId,
    requestedAt,
    requestedBy,
    asked,
  };
  const other = await lockNode(tables, check, now(), lostAt(services, check));
  if (other !== undefined)
    throw new Problem(
      'check-running',
      `the check ${other} of this node is running; GET /api/checks/${other} shows its result`,
      CHECK_RUNNING_SECONDS,
    );
  const tooManyChecks = await countCheck(services, order).catch(async (error: unknown) => {
    await unlockNode(tables, check);
    throw error;
  });
  if (tooManyChecks !== undefined) {
    // Another instance may have created it in the minute before, under the same key.
    const made = await readCheck(tables, id);
    if (made === undefined) await unlockNode(tables, check);
    if (made?.asked !== asked) throw made === undefined ? tooManyChecks : otherRequest();
    return made;
  }
  const { check: stored, made } = await store(services, check);
  if (stored.asked !== asked) {
    // Another request under the same key was faster, and its check is for another node.
    if (stored.cluster !== cluster || stored.node !== check.node) await unlockNode(tables, check);
    throw otherRequest();
  }
  // A repetition starts nothing: the request that created the check has started it.
  if (made) await Promise.all([startAtOnce(services, stored), announceCheck(services, stored)]);
  return stored;
}

/** The checks that are being created in this process, by id and request. */
const making = new Map<string, Promise<CheckRow>>();

/** Creates a check once: repetitions of the request wait for the same check. */
function makeOnce(services: Services, order: CheckOrder): Promise<CheckRow> {
  const key = `${order.id}|${order.asked}`;
  const made = making.get(key) ?? makeNewCheck(services, order).finally(() => making.delete(key));
  making.set(key, made);
  return made;
}

/**
 * Creates and starts a check, or returns the one that the same request has created before.
 *
 * @throws Problem if the node cannot be found or is busy, there were too many checks, or the id was used for another request.
 */
export async function makeCheck(services: Services, order: CheckOrder): Promise<CheckRow> {
  const check = (await readCheck(services.tables, order.id)) ?? (await makeOnce(services, order));
  if (check.asked !== order.asked) throw otherRequest();
  return check;
}
