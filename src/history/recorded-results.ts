import type { ProbeResult } from '../model/node-state.ts';
import { reasonCode } from '../model/reasons.ts';
import * as z from '../zod.ts';

/** A result of the past, as a row of the table of results holds it. */
export interface Recorded {
  cluster: string;
  node: string;
  result: ProbeResult;
}

const shown = (value: unknown) => (value === undefined ? 'nothing' : JSON.stringify(value).slice(0, 60));
const isTime = (text: string) => /^\d{4}-\d\d-\d\dT/.test(text) && !Number.isNaN(Date.parse(text));
const text = (what: string) => z.string({ error: ({ input }) => `expected ${what}, got ${shown(input)}` }).check(z.minLength(1));
const toIso = (time: string) => new Date(time).toISOString();

const recorded = z.object(
  {
    cluster: text('the cluster in "cluster" or "PartitionKey"'),
    node: text('the node in "node" or in the first part of "RowKey"'),
    at: z.pipe(
      text('a time such as 2026-11-21T09:35:05Z in "at"').check(
        z.refine(isTime, { error: ({ input }) => `expected a time such as 2026-11-21T09:35:05Z in "at", got ${shown(input)}` }),
      ),
      z.transform(toIso),
    ),
    verdict: z.enum(['reachable', 'unreachable', 'unknown'], {
      error: ({ input }) => `expected reachable, unreachable or unknown in "verdict", got ${shown(input)}`,
    }),
    reason: reasonCode,
    message: z.catch(z.string(), ''),
    nonce: z.catch(z.optional(z.string()), undefined),
    sweep: z.catch(z.string(), ''),
  },
  { error: ({ input }) => `expected a result as a JSON object, got ${shown(input)}` },
);

/**
 * Reads one recorded result, as the table of results holds it or with the names of its keys spelled out.
 *
 * @returns the result, or a sentence that says what was expected and what came.
 */
export function readRecorded(value: unknown): Recorded | string {
  const row = typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  const key = row.RowKey ?? row.rowKey;
  const [node, , nonce] = typeof key === 'string' ? key.split('|') : [];
  const cluster = row.cluster ?? row.PartitionKey ?? row.partitionKey;
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  const whole = isObject ? { ...row, cluster, node: row.node ?? node, nonce: row.nonce ?? nonce } : value;
  const parsed = recorded.safeParse(whole);
  if (!parsed.success) return parsed.error.issues.map(({ message }) => message).join('; ');
  const { cluster: of, node: name, nonce: given, sweep, ...result } = parsed.data;
  const own = { nonce: given ?? `${name}|${result.at}`, run: '', sweep: isTime(sweep) ? toIso(sweep) : '' };
  return { cluster: of, node: name, result: { ...result, ...own } };
}

/** The median gap between the sweeps of a recording, in milliseconds; another where it names fewer than two. */
export function intervalOf(results: readonly Recorded[], otherwise: number): number {
  const sweeps = [...new Set(results.map(({ result }) => result.sweep))].filter((sweep) => sweep !== '').sort();
  const gaps = sweeps.slice(1).map((sweep, position) => Date.parse(sweep) - Date.parse(sweeps[position]!));
  return gaps.sort((a, b) => a - b)[Math.floor(gaps.length / 2)] ?? otherwise;
}
