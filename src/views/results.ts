import { reasons } from '../model/reasons.ts';
import type { Services } from '../services.ts';
import { isKnownNode } from '../tables/node-pages.ts';
import { type ResultRow, readResults } from '../tables/result-rows.ts';
import * as z from '../zod.ts';
import { components, reasonName, time } from './components.ts';
import { unknownNode } from './nodes.ts';
import { listOf, type Page, type PageRequest, readPage, writeCursor } from './paging.ts';
import { notServedView, servedView, viewServed } from './served.ts';

const DAY_MS = 86_400_000;

const resultView = z
  .object({
    time,
    verdict: z.enum(['reachable', 'unreachable', 'unknown']),
    reason: reasonName,
    stage: z.string(),
    message: z.string(),
    latencyMs: z.nullable(z.number()),
    served: servedView,
    notServed: notServedView,
    sweep: z.described(z.string(), 'The id of the sweep or check that recorded it.'),
    evidence: z.described(z.nullable(z.string()), 'The output of the node, redacted; null if it was reachable and nothing is wrong.'),
  })
  .register(components, { id: 'Result' });

type ResultView = z.output<typeof resultView>;

export const resultListSchema = z.described(listOf(resultView), 'Newest first.').register(components, { id: 'ResultPage' });

function viewResult({ at, verdict, reason, message, latencyMs, served, sweep, evidence }: ResultRow): ResultView {
  const { stage } = reasons[reason];
  const common = { time: at, verdict, reason, stage, message, latencyMs: latencyMs ?? null };
  return { ...common, ...viewServed(served), sweep, evidence: evidence || null };
}

/** The position in a list of results: the key of the last row. */
const resultPlace = z.string().check(z.regex(/^\d{13}\|([\w-]{1,64}|~)$/));

/**
 * Shows one page of the results of a node, newest first.
 *
 * @param wanted - the node, and the time of the oldest result.
 * @throws Problem if the node is not known.
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
