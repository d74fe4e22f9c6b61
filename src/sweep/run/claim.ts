import { randomBytes } from 'node:crypto';
import { REQUEST_TIMEOUT_MS } from '../../azure/arm-pipeline.ts';
import { isWatched } from '../../inventory/scope.ts';
import type { Claim } from '../../model/claim.ts';
import type { Services } from '../../services.ts';
import type { Settings } from '../../settings.ts';
import { writeFleet } from '../../tables/fleet-batch.ts';
import { mergeNode, type NodeRow, noteProperties, readNodes } from '../../tables/node-rows.ts';
import { retryLostWrites } from '../../tables/rows.ts';
import type { MessageOf } from '../queue/messages.ts';

const ATTEMPTS = 8;
/** Seconds that a collection may be late. */
export const COLLECT_GRACE_SECONDS = 120;

/** After so long a claim whose start nobody knows counts as lost, with the process that made it. */
export const START_LOST_MS = 60_000;
const SAVING_MS = 5000;

/** Whether it is too late to post the run of a claim: its answer may come when the start counts as lost already, and is made anew. */
export function isTooLateToPost({ startedAt }: Claim, now: Date): boolean {
  return now.getTime() - Date.parse(startedAt) > START_LOST_MS - REQUEST_TIMEOUT_MS - SAVING_MS;
}

/** Until when a probe that starts now may be collected; its claim stands as long, and longer where no collection ends it. */
export function collectUntil({ PROBE_DEADLINE_SECONDS }: Settings, now: Date): Date {
  return new Date(now.getTime() + (PROBE_DEADLINE_SECONDS + COLLECT_GRACE_SECONDS) * 1000);
}

/** A node row with the claim of this run. */
export type ClaimedNode = NodeRow & { claim: Claim };

/** Whether a probe is past being collected in the ordinary way: its run may hold the node all the same. */
export function isOverdue(claim: Claim, now: Date): boolean {
  return claim.overdue === true || !(Date.parse(claim.until) > now.getTime());
}

/** Whether nothing may be started on a node: the settings or a tag took it out of the fleet, maybe after its slice was planned. */
export function isTakenOut(settings: Settings, cluster: string, { facts }: NodeRow): boolean {
  return facts.skipped === 'Excluded' || !isWatched(settings, cluster);
}

/**
 * Claims the free nodes of a slice, in one batch. A claim stands until a collection has ended its probe, however old it is,
 * so that no node ever has two runs of ours; a node whose probe of this very run was folded already is not claimed again.
 *
 * @param id - the name of the slice run.
 * @returns the rows with the claims of this call.
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
    // A batch whose answer was lost is sent again and loses to itself: its claims are ours.
    const won = rows.filter((row): row is ClaimedNode => row.claim !== undefined && made.has(row.claim.nonce));
    if (won.length > 0) return won;
    const startedAt = now();
    const until = collectUntil(settings, startedAt);
    const claims = rows
      .filter((row) => row.retiredAt === undefined && row.claim === undefined && row.state.latest?.run !== id)
      .filter((row) => !isTakenOut(settings, message.cluster, row))
      .filter((row) => message.confirms === undefined || row.state.latest?.nonce === message.confirms[row.facts.node])
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
 * Gives claims back, as if they had never been made; what another run has claimed meanwhile stays.
 *
 * @param held - the names of the runs that hold them, by node.
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
