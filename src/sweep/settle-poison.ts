import { redact } from '../probe/redact.ts';
import type { Services } from '../services.ts';
import { readNodes } from '../tables/node-rows.ts';
import { insertOnce } from '../tables/rows.ts';
import { insertPlan, insertSubscription, insertTally } from '../tables/sweep-rows.ts';
import { toTally } from './ledger.ts';
import { readMessage, type WorkMessage } from './messages.ts';
import { isPlanned } from './slice-name.ts';

/** Gives the work of a message its outcome: we failed, which says nothing of the nodes. */
async function settle(services: Services, message: WorkMessage): Promise<void> {
  const { tables, now } = services;
  const sweeps = await tables.open('sweeps');
  const { sweep } = message;
  if (message.kind === 'list-clusters')
    await insertSubscription(sweeps, sweep, {
      subscription: message.subscription,
      clusters: [],
      gap: 'ProberError',
      detail: 'listing failed each time it was tried',
    });
  if (message.kind === 'expand-cluster') {
    const known = [...(await readNodes(await tables.open('fleet'), message.cluster)).values()].filter((row) => row.retiredAt === undefined);
    const nodes = known.map((row) => row.facts.node);
    await insertPlan(sweeps, sweep, message.cluster, {
      region: '',
      slices: [],
      due: now().toISOString(),
      notProbed: nodes.length > 0 ? { ProberError: nodes } : {},
    });
  }
  if ((message.kind === 'start-slice' || message.kind === 'collect-slice') && isPlanned(message.slice)) {
    const outcomes = new Map(message.nodes.map((node) => [node, { verdict: 'unknown', reason: 'ProberError' } as const]));
    await insertTally(sweeps, sweep, message.cluster, message.slice, toTally(outcomes));
  }
}

/**
 * Keeps a message that failed each time for people to see, redacted, and settles its work as `ProberError`.
 *
 * @param id - the queue's id of the message.
 * @param raw - its body, as the host decoded it.
 */
export async function settlePoison(services: Services, id: string, raw: unknown): Promise<void> {
  const { tables, telemetry, now } = services;
  const time = now().toISOString();
  const text = redact(typeof raw === 'string' ? raw : JSON.stringify(raw));
  await insertOnce(await tables.open('poison'), { partitionKey: time.slice(0, 10), rowKey: id, time, message: text });
  let detail = 'a work message failed each time it was tried';
  try {
    // Late or not: what it was about is settled.
    const read = readMessage(raw, new Date(0));
    if (read.status === 'work') {
      detail = `${read.message.kind} failed each time it was tried`;
      await settle(services, read.message);
    }
  } catch (error) {
    detail = `a message that is none of ours: ${redact((error as Error).message, 300)}`;
  }
  await telemetry.announce([
    { name: 'ProberError', time, properties: { eventId: `poison/${id}`, message: detail, evidence: text.slice(0, 1000) } },
  ]);
}
