import { askedOf, coverageOf, ledger } from '../model/ledger.ts';
import { Problem } from '../model/problem.ts';
import { starter } from '../model/starter.ts';
import type { Services } from '../services.ts';
import { listSweeps, readLine, type SweepLine } from '../tables/sweep-list.ts';
import * as z from '../zod.ts';
import { components, time } from './components.ts';
import { listOf, type Page, type PageRequest, readPage, writeCursor } from './paging.ts';

const ledgerView = z
  .described(z.extend(ledger, {}), 'Every known node, counted once: with its verdict, or as not probed, and with its reason.')
  .register(components, { id: 'Ledger' });

/** A sweep as the API shows it. */
export const sweepView = z
  .object({
    id: z.described(
      time,
      'The occurrence of the schedule at which it was due; of a sweep that a person started, as a rule the time of that.',
    ),
    starter: z.described(
      starter,
      'What started it: the timer; the end of the sweep before (`close-sweep`) or an HTTP request (`request`) in place of a timer that did not fire; a person, by `POST /api/sweeps`.',
    ),
    requestedBy: z.described(z.nullable(z.string()), 'The person who started it, if one did.'),
    startedAt: time,
    completedAt: z.nullable(time),
    coverage: z.described(
      z.nullable(z.number()),
      'The share of nodes that gave a verdict, among those that are expected to, from 0 to 1; null if none is, or while the sweep is running.',
    ),
    asked: z.described(
      z.nullable(z.number()),
      'The share of nodes that were asked, whether or not they answered, among those that are expected to give a verdict, from 0 to 1; null as for coverage.',
    ),
    ledger: z.nullable(ledgerView),
    warnings: z.described(z.array(z.string()), 'What is wrong with the settings or with access, as sentences.'),
  })
  .register(components, { id: 'Sweep' });
export type SweepView = z.output<typeof sweepView>;

export const sweepListSchema = listOf(sweepView).register(components, { id: 'SweepPage' });

/** Shows one sweep of the list. */
export function viewSweep({ sweep, startedAt, completedAt, ledger: counted, warnings, ...line }: SweepLine): SweepView {
  return {
    id: sweep,
    starter: line.starter ?? 'timer',
    requestedBy: line.requestedBy ?? null,
    startedAt,
    completedAt: completedAt ?? null,
    coverage: counted === undefined ? null : coverageOf(counted),
    asked: counted === undefined ? null : askedOf(counted),
    ledger: counted ?? null,
    warnings: warnings ?? [],
  };
}

/** Shows one page of the sweeps, newest first. */
export async function viewSweepList({ tables, now }: Services, request: PageRequest): Promise<Page<SweepView>> {
  const { limit, from } = readPage(request, 'sweeps', z.iso.datetime());
  const lines = await listSweeps(tables, now(), limit + 1, from);
  const items = lines.slice(0, limit).map(viewSweep);
  return { items, next: lines.length > limit ? writeCursor('sweeps', items.at(-1)!.id) : null };
}

/**
 * Shows the sweep that started last.
 *
 * @throws Problem if no sweep has started yet.
 */
export async function viewLatestSweep({ tables, now }: Services): Promise<SweepView> {
  const [latest] = await listSweeps(tables, now(), 1);
  if (latest === undefined) throw new Problem('no-sweep', 'no sweep has started yet; the schedule SWEEP_SCHEDULE starts the first');
  return viewSweep(latest);
}

/**
 * Shows one sweep.
 *
 * @throws Problem if it is in neither this month's nor last month's list.
 */
export async function viewOneSweep({ tables, now }: Services, sweep: string): Promise<SweepView> {
  const line = await readLine(tables, now(), sweep);
  if (line === undefined)
    throw new Problem('unknown-sweep', `no sweep "${sweep}" is known; GET /api/sweeps lists those of this and last month`);
  return viewSweep(line);
}
