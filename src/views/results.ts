import { z } from 'zod';
import { reasons } from '../model/reasons.ts';
import type { Services } from '../services.ts';
import { isKnownNode } from '../tables/node-pages.ts';
import { type ResultRow, readResults } from '../tables/result-rows.ts';
import { components, reasonName, time } from './components.ts';
import { unknownNode } from './nodes.ts';
import { listOf, type Page, type PageRequest, readPage, writeCursor } from './paging.ts';

const DAY_MS = 86_400_000;

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

type ResultView = z.output<typeof resultView>;

export const resultListSchema = listOf(resultView).describe('Newest first.').register(components, { id: 'ResultPage' });

function viewResult({ at, verdict, reason, message, latencyMs, sweep, evidence }: ResultRow): ResultView {
  const { stage } = reasons[reason];
  return { time: at, verdict, reason, stage, message, latencyMs: latencyMs ?? null, sweep, evidence: evidence || null };
}

/** Where a list of results goes on: behind the row of this key. */
const resultPlace = z.string().regex(/^\d{13}\|([\w-]{1,64}|~)$/);

/**
 * Shows one page of the results of a node, newest first.
 *
 * @param wanted - the node, and the time of the oldest result.
 * @throws Problem where no such node is known.
 */
export async function viewResultList(
  { settings, tables, now }: Services,
  { cluster, node, since: given }: { cluster: string; node: string; since: string | null },
  request: PageRequest,
): Promise<Page<ResultView>> {
  const { limit, from } = readPage(request, 'results', resultPlace);
  const kept = now().getTime() - settings.RETENTION_DAYS * DAY_MS;
  const since = new Date(Math.max(kept, Date.parse(given ?? '') || kept));
  if (!(await isKnownNode(tables, cluster, node))) throw unknownNode(cluster, node);
  const { rows, after } = await readResults(tables, { cluster, node }, { since, after: from, most: limit });
  return { items: rows.map(viewResult), next: after === undefined ? null : writeCursor('results', after) };
}
