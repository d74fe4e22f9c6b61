import { randomBytes } from 'node:crypto';
import type { Services } from '../services.ts';
import { type Flight, flightProperty, mergeNode, type NodeRow, readNodes } from '../tables/node-rows.ts';
import { isLostWrite, writeBatch } from '../tables/rows.ts';
import type { MessageOf } from './messages.ts';

const ATTEMPTS = 8;
/** Seconds that a collection may be late. */
export const COLLECT_GRACE_SECONDS = 120;

/** Whether a claim keeps others from starting the node. An overdue one does too: its run may still hold the node. */
export function isLive(flight: Flight | undefined, now: Date): flight is Flight {
  return flight !== undefined && (flight.overdue === true || Date.parse(flight.until) > now.getTime());
}

/** A node row with the claim of this run. */
export type ClaimedNode = NodeRow & { flight: Flight };

/** Claims what is free, in one batch, again from the start where a row changed meanwhile. Returns the rows with the claims of this run. */
export async function claimNodes(services: Services, message: MessageOf<'start-slice'>, id: string): Promise<ClaimedNode[]> {
  const { settings, tables, now } = services;
  const fleet = await tables.open('fleet');
  for (let attempt = 1; ; attempt++) {
    const rows = await readNodes(fleet, message.cluster, message.nodes);
    const startedAt = now();
    const until = new Date(startedAt.getTime() + (settings.PROBE_DEADLINE_SECONDS + COLLECT_GRACE_SECONDS) * 1000);
    const claims = [...rows.values()]
      .filter((row) => row.retiredAt === undefined && !isLive(row.flight, startedAt))
      .filter((row) => message.confirms === undefined || row.state.latest?.nonce === message.confirms[row.facts.node])
      .map(
        (row): ClaimedNode => ({
          ...row,
          flight: {
            id,
            nonce: randomBytes(8).toString('hex'),
            sweep: message.sweep,
            startedAt: startedAt.toISOString(),
            until: until.toISOString(),
          },
        }),
      );
    try {
      await writeBatch(
        fleet,
        claims.map((row) => mergeNode(message.cluster, row, flightProperty(row.flight))),
      );
      return claims;
    } catch (error) {
      if (!isLostWrite(error) || attempt === ATTEMPTS) throw error;
    }
  }
}

/** Gives claims of one run back, as if they had never been made. */
export async function releaseClaims({ tables }: Services, cluster: string, nodes: readonly string[], id: string): Promise<void> {
  const fleet = await tables.open('fleet');
  for (let attempt = 1; ; attempt++) {
    const rows = [...(await readNodes(fleet, cluster, nodes)).values()].filter((row) => row.flight?.id === id);
    try {
      await writeBatch(
        fleet,
        rows.map((row) => mergeNode(cluster, row, flightProperty(undefined))),
      );
      return;
    } catch (error) {
      if (!isLostWrite(error) || attempt === ATTEMPTS) throw error;
    }
  }
}
