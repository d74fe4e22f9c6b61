import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { describeResult, describeStart } from '../check/describe-check.ts';
import { makeCheck } from '../check/make-check.ts';
import { Problem } from '../model/problem.ts';
import { namesOf } from '../model/remedies.ts';
import { parseTarget } from '../model/resource-id.ts';
import type { Services } from '../services.ts';
import { type CheckRow, isCheckId, readCheck } from '../tables/check-rows.ts';
import { type CheckView, viewCheck } from '../views/checks.ts';
import { accountOf, callerOf, idOf, waitOf, wantsText } from './check-headers.ts';
import { type CheckRequest, wantedOf } from './check-request.ts';
import type { Reply, RouteRequest } from './route.ts';

const POLL_MS = 500;
const RETRY_AFTER_SECONDS = '5';

/** A check as plain text, in the format of kubectl-az. */
function textOf(check: CheckRow, view: CheckView, verbose: boolean): string {
  const head = describeStart(parseTarget(check.target)!, check.os, verbose);
  const { verdict, reason, message = '', response, takenFrom } = view;
  const tail =
    verdict && reason
      ? describeResult({ verdict, reason, message, response, takenFrom }, verbose, namesOf({ ...check, resourceId: check.target }))
      : [];
  return `${[...head, ...tail].join('\n').trimEnd()}\n`;
}

function replyWith(services: Services, check: CheckRow, request: RouteRequest, headers: Record<string, string> = {}): Reply {
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
    await sleep(POLL_MS);
    current = (await readCheck(services.tables, check.id)) ?? current;
  }
  return current;
}

/** `POST /api/checks` */
export async function createCheck(services: Services, request: RouteRequest): Promise<Reply> {
  const id = idOf(request, services.now());
  const asked = createHash('sha256').update(JSON.stringify(request.body)).digest('hex');
  const check = await makeCheck(services, {
    id,
    asked,
    wanted: wantedOf(request.body as CheckRequest),
    account: accountOf(request, services.settings),
    requestedBy: callerOf(request, services.settings),
  });
  const seconds = waitOf(request);
  const applied: Record<string, string> = seconds > 0 ? { 'preference-applied': `wait=${seconds}` } : {};
  return replyWith(services, await waitFor(services, check, seconds), request, { location: `/api/checks/${id}`, ...applied });
}

/**
 * Shows a check.
 *
 * @throws Problem if none of this id is known.
 */
export async function checkOf(services: Services, id: string): Promise<CheckView> {
  const check = isCheckId(id) ? await readCheck(services.tables, id) : undefined;
  if (check === undefined) throw unknownCheck(id);
  return viewCheck(services, check);
}

const unknownCheck = (id: string) => new Problem('unknown-check', `no check "${id.slice(0, 60)}" is known; checks are kept for 7 days`);

/** `GET /api/checks/{id}` */
export async function showCheck(services: Services, request: RouteRequest): Promise<Reply> {
  const id = request.params.id ?? '';
  const check = isCheckId(id) ? await readCheck(services.tables, id) : undefined;
  if (check === undefined) throw unknownCheck(id);
  return replyWith(services, check, request);
}
