import { lostAt } from '../check/end-check.ts';
import { reasons } from '../model/reasons.ts';
import type { Services } from '../services.ts';
import { type CheckRow, isCheckId } from '../tables/check-rows.ts';
import * as z from '../zod.ts';
import { reasonName } from './components.ts';
import { namesOf, remedyLines } from './remedies.ts';
import { notServedView, servedView, viewServed } from './served.ts';

/** A check as the API shows it. */
export const checkView = z.described(
  z.strictObject({
    id: z.string().check(z.refine(isCheckId)),
    status: z.enum(['running', 'done']),
    target: z.described(z.string(), 'Resource ID of the node.'),
    cluster: z.string(),
    node: z.string(),
    requestedAt: z.string(),
    requestedBy: z.string(),
    completedAt: z.optional(z.string()),
    verdict: z.optional(z.enum(['reachable', 'unreachable', 'unknown'])),
    reason: z.optional(reasonName),
    stage: z.optional(z.string()),
    message: z.optional(z.string()),
    latencyMs: z.optional(z.number()),
    served: z.optional(servedView),
    notServed: z.optional(notServedView),
    remedies: z.described(
      z.optional(z.array(z.string())),
      'What to check or do next, each a sentence, with `: ` and a command to paste where there is one.',
    ),
    takenFrom: z.described(
      z.optional(z.string()),
      'The sweep or check whose run gave the verdict, if that run began while this check waited.',
    ),
    response: z.described(z.optional(z.string()), 'Azure’s whole answer as JSON, or the output of the node; redacted.'),
  }),
  'A probe that was requested for one node.',
);

export type CheckView = z.output<typeof checkView>;

/** Shows a check. One without a result after its time limit is shown as lost. */
export function viewCheck(services: Services, check: CheckRow): CheckView {
  const { id, target, cluster, node, requestedAt, requestedBy } = check;
  const common = { id, target, cluster, node, requestedAt, requestedBy };
  const lost = lostAt(services, check);
  const isLost = check.result === undefined && services.now() > lost;
  const message = 'the check began and never ended';
  const result: CheckRow['result'] = isLost
    ? { verdict: 'unknown', reason: 'Lost', message, completedAt: lost.toISOString() }
    : check.result;
  if (result === undefined) return { ...common, status: 'running' };
  const { stage } = reasons[result.reason];
  const remedies = remedyLines(result.reason, namesOf({ cluster, node, resourceId: target, os: check.os }));
  return { ...common, status: 'done', ...result, ...viewServed(result.served), stage, remedies };
}
