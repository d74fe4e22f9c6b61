import { reasons } from '../probe/reasons.ts';
import type { Services } from '../services.ts';
import type { Ledger } from '../sweep/ledger.ts';
import { listSweeps, type SweepLine } from '../tables/sweep-rows.ts';
import { pageOf } from './paging.ts';
import { HttpProblem } from './problem.ts';
import type { Reply, RouteRequest } from './routes.ts';

const LISTED = 1000;

/** A sweep as the API shows it. */
export interface SweepView {
  id: string;
  startedAt: string;
  completedAt: string | null;
  coverage: number | null;
  ledger: Ledger | null;
  /** What of the settings or of access leads nowhere, as sentences. */
  warnings: string[];
}

/** Shows a line of the list of sweeps. */
export function viewSweep({ sweep, startedAt, completedAt, coverage, ledger, warnings }: SweepLine): SweepView {
  return {
    id: sweep,
    startedAt,
    completedAt: completedAt ?? null,
    coverage: coverage ?? null,
    ledger: ledger ?? null,
    warnings: warnings ?? [],
  };
}

/** `GET /api/sweeps` */
export async function showSweeps({ tables, now }: Services, request: RouteRequest): Promise<Reply> {
  return { json: pageOf((await listSweeps(tables, now(), LISTED)).map(viewSweep), request) };
}

/** `GET /api/sweeps/latest` */
export async function showLatestSweep({ tables, now }: Services): Promise<Reply> {
  const [latest] = await listSweeps(tables, now(), 1);
  if (latest === undefined)
    throw new HttpProblem(404, 'no-sweep', 'no sweep has started yet; the schedule SWEEP_SCHEDULE starts the first');
  return { json: viewSweep(latest) };
}

/** `GET /api/reasons` */
export async function showReasons(): Promise<Reply> {
  const items = Object.entries(reasons).map(([reason, { stage, sentence, remedies, links }]) => ({
    reason,
    stage,
    sentence,
    remedies,
    links,
  }));
  return { json: { items, next: null } };
}
