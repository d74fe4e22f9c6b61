import { z } from 'zod';
import { openEpisode } from '../../history/node-state.ts';
import type { Services } from '../../services.ts';
import { readCluster } from '../../tables/cluster-rows.ts';
import { readJson } from '../../tables/read-json.ts';
import { readRow, retryLostWrites } from '../../tables/rows.ts';

/** A node that failed for the first time, with the nonce of that failure. */
export interface FirstFailure {
  node: string;
  pool: string;
  zone?: string;
  nonce: string;
}

const MOST_IN_A_SLICE = 10;
const MOST_IN_A_SWEEP = 50;
const ATTEMPTS = 8;
const ROW_KEY = 'confirmations';
const grants = z.record(z.string(), z.object({ nonce: z.string(), slice: z.string() }));

/** Orders nodes so that the first few are spread over pools and zones. Pure. */
export function spread(failed: readonly FirstFailure[]): FirstFailure[] {
  const groups = [...Map.groupBy(failed, ({ pool, zone }) => `${pool}|${zone ?? ''}`).values()];
  const longest = Math.max(0, ...groups.map((group) => group.length));
  return Array.from({ length: longest }, (_, round) => groups.flatMap((group) => group[round] ?? [])).flat();
}

/**
 * Decides which first failures are probed again at once: at most 10 of a slice and 50 of a cluster and sweep, over pools and zones.
 * A cluster that fails as a whole needs no more: its nodes confirm one another. Asking again for the same failure grants it again.
 *
 * @returns nonces of the failures by node.
 */
export async function grantConfirmations(
  { tables }: Services,
  sweep: string,
  cluster: string,
  slice: string,
  failed: readonly FirstFailure[],
): Promise<Record<string, string>> {
  if (failed.length === 0) return {};
  const { outage } = (await readCluster(await tables.open('fleet'), cluster))?.row.outage ?? {};
  if (openEpisode(outage) !== undefined) return {};
  const sweeps = await tables.open('sweeps');
  const partitionKey = `${sweep}|${cluster}`;
  return retryLostWrites(ATTEMPTS, async () => {
    const row = await readRow(sweeps, partitionKey, ROW_KEY);
    const granted: z.output<typeof grants> = readJson(grants, row?.granted, {});
    const left = () => {
      const all = Object.values(granted);
      return Math.min(MOST_IN_A_SWEEP - all.length, MOST_IN_A_SLICE - all.filter((each) => each.slice === slice).length);
    };
    const before = Object.keys(granted).length;
    for (const { node, nonce } of spread(failed)) if (granted[node] === undefined && left() > 0) granted[node] = { nonce, slice };
    if (Object.keys(granted).length > before) {
      const entity = { partitionKey, rowKey: ROW_KEY, granted: JSON.stringify(granted) };
      if (row === undefined) await sweeps.createEntity(entity);
      else await sweeps.updateEntity(entity, 'Replace', { etag: row.etag });
    }
    const own = failed.filter(({ node, nonce }) => granted[node]?.nonce === nonce);
    return Object.fromEntries(own.map(({ node, nonce }) => [node, nonce]));
  });
}
