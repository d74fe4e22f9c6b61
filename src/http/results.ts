import { z } from 'zod';
import { reasons } from '../model/reasons.ts';
import type { Services } from '../services.ts';
import { isKnownNode } from '../tables/node-pages.ts';
import { type ResultRow, readResults } from '../tables/result-rows.ts';
import { components, reasonName, time } from '../views/components.ts';
import { unknownNode } from '../views/nodes.ts';
import { pageOf, readPage, writeCursor } from './paging.ts';
import type { Reply, RouteRequest } from './route.ts';

const DAY_MS = 86_400_000;

export const resultsQuery = {
  since: z
    .union([z.iso.datetime({ offset: true }), z.iso.date()], 'a time such as 2026-11-21T09:35:00Z, or a day')
    .refine((text) => Math.abs(Date.parse(text)) < 9e12, 'a time of this age')
    .optional()
    .describe('Only results of this moment and later; ISO 8601. Results are kept for RETENTION_DAYS.'),
};

const resultView = z
  .object({
    time,
    verdict: z.enum(['reachable', 'unreachable', 'unknown']),
    reason: reasonName,
    stage: z.string(),
    message: z.string(),
    latencyMs: z.number().nullable(),
    sweep: z.string().describe('The sweep or the check that asked.'),
    evidence: z.string().nullable().describe('What the node said, redacted; null for one that was reachable.'),
  })
  .register(components, { id: 'Result' });

export const resultPage = pageOf(resultView).describe('Newest first.').register(components, { id: 'ResultPage' });

function viewResult({ at, verdict, reason, message, latencyMs, sweep, evidence }: ResultRow): z.output<typeof resultView> {
  const { stage } = reasons[reason];
  return { time: at, verdict, reason, stage, message, latencyMs: latencyMs ?? null, sweep, evidence: evidence || null };
}

/** `GET /api/clusters/{cluster}/nodes/{node}/results?since=` */
export async function showResults({ settings, tables, now }: Services, request: RouteRequest): Promise<Reply> {
  const { cluster, node } = request.params as { cluster: string; node: string };
  const { limit, from } = readPage(request, 'results', z.string().regex(/^\d{13}\|([\w-]{1,64}|~)$/));
  const kept = now().getTime() - settings.RETENTION_DAYS * DAY_MS;
  const since = new Date(Math.max(kept, Date.parse(request.query.get('since') ?? '') || kept));
  if (!(await isKnownNode(tables, cluster, node))) throw unknownNode(cluster, node);
  const { rows, after } = await readResults(tables, { cluster, node }, { since, after: from, most: limit });
  return { json: { items: rows.map(viewResult), next: after === undefined ? null : writeCursor('results', after) } };
}
