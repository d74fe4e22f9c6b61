import type { Wanted } from '../inventory/find-node.ts';
import { Problem } from '../model/problem.ts';
import type { Services } from '../services.ts';
import type { Settings } from '../settings.ts';
import { type Bounds, useUp } from '../tables/budget-rows.ts';
import { type CheckRow, insertCheck, lockNode, readCheck, unlockNode } from '../tables/check-rows.ts';
import { lostAt } from './end-check.ts';
import { resolveTarget } from './resolve-target.ts';
import { searchBudget } from './search-budget.ts';
import { sendCheck, startAtOnce } from './start-check.ts';

const CHECK_RUNNING_SECONDS = 10;

/** A check that is asked for. */
export interface CheckOrder {
  id: string;
  /** Hash of the whole request: the same id with another one is a mistake. */
  asked: string;
  wanted: Wanted;
  /** The name under which the caller's checks are counted. */
  account: string;
  requestedBy: string;
}

const otherRequest = () => new Problem('other-request', 'this Idempotency-Key stands for a check of another node; use a new one');

/** One caller may ask for half of the checks that all may ask for in a minute: some are left for others. */
function boundsOf({ CHECKS_PER_MINUTE }: Settings): Bounds {
  return { own: Math.ceil(CHECKS_PER_MINUTE / 2), all: CHECKS_PER_MINUTE };
}

function tooMany(bounds: Bounds, full: keyof Bounds, now: Date): Problem {
  const who = full === 'own' ? 'of one caller (half of CHECKS_PER_MINUTE)' : 'of all callers (CHECKS_PER_MINUTE)';
  const detail = `expected at most ${bounds[full]} checks a minute ${who}, there were as many already`;
  return new Problem('too-many-checks', detail, 60 - now.getUTCSeconds());
}

/** Counts a check against the bounds of this minute. Returns the bound that is full. */
async function countCheck({ settings, tables, now }: Services, { id, account }: CheckOrder): Promise<Problem | undefined> {
  const bounds = boundsOf(settings);
  const time = now();
  const full = await useUp(tables, 'checks', time, { caller: account, use: id.slice(-12) }, bounds);
  return full && tooMany(bounds, full, time);
}

/** Stores a check after its message: a stored check without one would never begin, however often it is asked for. */
async function store(services: Services, check: CheckRow): ReturnType<typeof insertCheck> {
  try {
    await sendCheck(services, check);
    return await insertCheck(services.tables, check);
  } catch (error) {
    // Unless only the answer was lost, the node is free for the next check.
    if ((await readCheck(services.tables, check.id)) === undefined) await unlockNode(services.tables, check);
    throw error;
  }
}

/** Makes a new check, within the bounds of how many there may be, and starts it. What finds no node, or a busy one, costs nothing. */
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
    // Another instance may have made it in the minute before, under the same key.
    const made = await readCheck(tables, id);
    if (made === undefined) await unlockNode(tables, check);
    if (made?.asked !== asked) throw made === undefined ? tooManyChecks : otherRequest();
    return made;
  }
  const { check: stored, made } = await store(services, check);
  if (stored.asked !== asked) {
    // Another request under the same key was faster, and its check does not hold this node.
    if (stored.cluster !== cluster || stored.node !== check.node) await unlockNode(tables, check);
    throw otherRequest();
  }
  // A repeat starts nothing: whoever made the check has.
  if (made) await startAtOnce(services, stored);
  return stored;
}

/** The checks that are being made in this process, by what was asked for under which id. */
const making = new Map<string, Promise<CheckRow>>();

/** Makes a check, once: whoever repeats a request meanwhile waits for the same. */
function makeOnce(services: Services, order: CheckOrder): Promise<CheckRow> {
  const key = `${order.id}|${order.asked}`;
  const made = making.get(key) ?? makeNewCheck(services, order).finally(() => making.delete(key));
  making.set(key, made);
  return made;
}

/**
 * Makes and starts a check, or finds the one that the same request has made before.
 *
 * @throws Problem where its node cannot be found or is busy, there were too many checks, or the id stands for another request.
 */
export async function makeCheck(services: Services, order: CheckOrder): Promise<CheckRow> {
  const check = (await readCheck(services.tables, order.id)) ?? (await makeOnce(services, order));
  if (check.asked !== order.asked) throw otherRequest();
  return check;
}
