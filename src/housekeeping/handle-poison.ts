import { createHash } from 'node:crypto';
import { endCheck } from '../check/end-check.ts';
import { log } from '../log.ts';
import { redact } from '../model/redact.ts';
import { inconclusive } from '../model/verdict.ts';
import { reportError } from '../notify/report-error.ts';
import { loseDelivery } from '../notify/webhooks/deliver-webhook.ts';
import type { Services } from '../services.ts';
import { giveUpListing } from '../sweep/plan/list-clusters.ts';
import { startOverKnown } from '../sweep/plan/start-sweep.ts';
import { readMessage, type WorkMessage } from '../sweep/queue/messages.ts';
import { explainForeign, explainSweep, latestDeadline } from '../sweep/queue/origin.ts';
import { requestNext } from '../sweep/queue/request-start.ts';
import { tallyAll } from '../sweep/run/tally-slice.ts';
import { readCheck } from '../tables/check-rows.ts';
import { readJudgedNodes } from '../tables/node-rows.ts';
import { insertPlan } from '../tables/plan-rows.ts';
import { insertPoison } from '../tables/poison-rows.ts';

const DAY_MS = 86_400_000;

async function loseCheck(services: Services, id: string): Promise<void> {
  const check = await readCheck(services.tables, id);
  if (check !== undefined) await endCheck(services, check, inconclusive('ProberError', 'the check failed each time it was tried'));
}

/** Gives the work of a message its outcome: we failed, which says nothing of the nodes. What belongs to nothing that was begun has none. */
async function giveUp(services: Services, message: WorkMessage): Promise<void> {
  const { tables, now } = services;
  const foreign = await explainForeign(services, message);
  if (foreign !== undefined) return log.warn(`nothing was given up for a ${message.kind} message: ${foreign}`);
  if (message.kind === 'check') return loseCheck(services, message.check);
  if (message.kind === 'deliver-webhook') return loseDelivery(services, message);
  // The next assessment of the cluster asks for its search again.
  if (message.kind === 'diagnose') return;
  const { sweep } = message;
  if (message.kind === 'start-sweep') await startOverKnown(services, message);
  if (message.kind === 'list-clusters') await giveUpListing(services, message);
  if (message.kind === 'expand-cluster') {
    const known = [...(await readJudgedNodes(tables, message.cluster)).values()].filter((row) => row.retiredAt === undefined);
    const nodes = known.map((row) => row.facts.node);
    const notProbed: Record<string, string[]> = nodes.length > 0 ? { ProberError: nodes } : {};
    await insertPlan(tables, sweep, message.cluster, { region: '', slices: [], due: now().toISOString(), notProbed, gaps: {} });
  }
  // Whatever is wrong with this sweep, the next one is started.
  if (message.kind === 'close-sweep' && (await explainSweep(services, sweep)) === undefined) await requestNext(services, sweep);
  if (message.kind === 'start-slice' || message.kind === 'collect-slice') await tallyAll(services, message, 'unknown', 'ProberError');
}

/** Reads a poison message, late or not; a text where it is none of ours. */
function read({ settings, now }: Services, raw: unknown): WorkMessage | string {
  // As far ahead as when it was first read.
  const latest = new Date(Math.max(latestDeadline(settings, now()).getTime(), now().getTime() + DAY_MS));
  try {
    const found = readMessage(raw, new Date(0), latest);
    return found.status === 'work' ? found.message : 'a message of a newer version, which no instance took';
  } catch (error) {
    return `a message that is none of ours: ${redact((error as Error).message, 300)}`;
  }
}

/**
 * Keeps a message that failed each time for people to see, redacted, and gives its work up as `ProberError`.
 *
 * @param raw - its body, as the host decoded it. Nothing else of it is used: a body may overwrite what the host says of a message.
 */
export async function handlePoison(services: Services, raw: unknown): Promise<void> {
  const { tables, now } = services;
  const time = now().toISOString();
  const text = redact(typeof raw === 'string' ? raw : (JSON.stringify(raw) ?? ''));
  const id = createHash('sha256').update(text).digest('hex').slice(0, 32);
  const message = read(services, raw);
  const detail = typeof message === 'string' ? message : `${message.kind} failed each time it was tried`;
  log.error(`poison: ${detail}`);
  await insertPoison(tables, { id, time, message: text, error: detail });
  if (typeof message !== 'string') await giveUp(services, message);
  const properties = { eventId: `poison/${id}`, message: detail, evidence: text.slice(0, 1000) };
  await reportError(services, 'poison', { name: 'ProberError', time, properties });
}
