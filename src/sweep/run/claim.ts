import { randomBytes } from 'node:crypto';
import { isWatched } from '../../inventory/scope.ts';
import type { Claim } from '../../model/claim.ts';
import { collectUntil } from '../../model/claim.ts';
import type { KnownNode } from '../../model/node.ts';
import type { Services } from '../../services.ts';
import type { Settings } from '../../settings.ts';
import { writeFleet } from '../../tables/fleet-batch.ts';
import { mergeNode, type NodeRow, noteProperties, readNodes } from '../../tables/node-rows.ts';
import { retryLostWrites } from '../../tables/rows.ts';
import type { MessageOf } from '../queue/messages.ts';

const ATTEMPTS = 8;
/** A node row with the claim of this run. */
export type ClaimedNode = NodeRow & { claim: Claim };

/** Whether the settings or a tag exclude a node, so that nothing may be started on it. That may have changed since its slice was planned. */
export function isTakenOut(settings: Settings, cluster: string, { facts }: Pick<KnownNode, 'facts'>): boolean {
  return facts.skipped === 'Excluded' || !isWatched(settings, cluster);
}

/**
 * Whether a node may be claimed. Pure.
 *
 * @param id - the id of the slice's run: a node whose probe of this run was folded already is not claimed again.
 * @param confirms - for a confirmation: the nonce of the failure to confirm, by node. A node with a newer result is not free.
 */
export function isFree(
  { facts, state: { latest }, claim, retiredAt }: Pick<KnownNode, 'facts' | 'state' | 'claim' | 'retiredAt'>,
  id: string,
  confirms: Readonly<Record<string, string>> | undefined,
): boolean {
  if (retiredAt !== undefined || claim !== undefined || latest?.run === id) return false;
  return confirms === undefined || latest?.nonce === confirms[facts.node];
}

/**
 * Claims the free nodes of a slice, in one batch. A claim is kept until a collection has ended its probe, however old it is,
 * so that no node ever has two runs of this prober.
 *
 * @param id - the id of the slice's run.
 * @returns the rows of the nodes that this call claimed.
 */
export async function claimNodes(
  services: Services,
  message: Pick<MessageOf<'start-slice'>, 'sweep' | 'cluster' | 'nodes' | 'confirms'>,
  id: string,
): Promise<ClaimedNode[]> {
  const { settings, tables, now } = services;
  const made = new Set<string>();
  return retryLostWrites(ATTEMPTS, async () => {
    const rows = [...(await readNodes(tables, message.cluster, message.nodes)).values()];
    // A batch that was written although its response was lost is repeated and fails: the claims found are this call's own.
    const won = rows.filter((row): row is ClaimedNode => row.claim !== undefined && made.has(row.claim.nonce));
    if (won.length > 0) return won;
    const startedAt = now();
    const until = collectUntil(settings, startedAt);
    const claims = rows
      .filter((row) => isFree(row, id, message.confirms) && !isTakenOut(settings, message.cluster, row))
      .map((row): ClaimedNode => {
        const nonce = randomBytes(8).toString('hex');
        made.add(nonce);
        return { ...row, claim: { id, nonce, sweep: message.sweep, startedAt: startedAt.toISOString(), until: until.toISOString() } };
      });
    await writeFleet(
      tables,
      claims.map((row) => mergeNode(message.cluster, row, noteProperties({ claim: row.claim }))),
    );
    return claims;
  });
}

/**
 * Releases claims without a result. Nodes that another run has claimed meanwhile are left alone.
 *
 * @param held - the ids of the runs that hold the claims, by node.
 */
export async function releaseClaims({ tables }: Services, cluster: string, held: ReadonlyMap<string, string>): Promise<void> {
  await retryLostWrites(ATTEMPTS, async () => {
    const read = await readNodes(tables, cluster, [...held.keys()]);
    const rows = [...read].filter(([node, { claim }]) => claim?.id === held.get(node)).map(([, row]) => row);
    await writeFleet(
      tables,
      rows.map((row) => mergeNode(cluster, row, noteProperties({ claim: undefined }))),
    );
  });
}
