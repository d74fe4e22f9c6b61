import { setTimeout as sleep } from 'node:timers/promises';
import { incidentView } from '../../views/incidents.ts';
import { NotFound } from '../not-found.ts';
import { type AskServer, ServerError } from './ask-server.ts';
import { findClusterAt, readIncidents, readOutages } from './read-lists.ts';
import type { ServerOptions } from './server-options.ts';
import { compareOpen, describeEvent, type SeenOpen, type WatchEvent } from './watch-changes.ts';

const MOST_OPEN = 10_000;
const MOST_SEARCHED = 1000;
/** After a failure it waits longer each time, up to this. */
const LONGEST_WAIT_MS = 300_000;

const byId = <T extends { id: string }>(items: readonly T[]) => new Map(items.map((item) => [item.id, item]));

async function readOpen(server: AskServer, cluster: string | undefined): Promise<SeenOpen> {
  const { items: outages } = await readOutages(server, { state: 'open', cluster, limit: MOST_OPEN });
  const { items: incidents } = cluster === undefined ? await readIncidents(server, 'open', MOST_OPEN) : { items: [] };
  return { outages: byId(outages), incidents: byId(incidents) };
}

/** What became of what is not open any more, as far as the service still knows it. */
async function readEnds(server: AskServer, { goneOutages, goneIncidents }: ReturnType<typeof compareOpen>): Promise<WatchEvent[]> {
  const events: WatchEvent[] = [];
  const unknown = (error: unknown) => {
    if (error instanceof NotFound) return undefined;
    throw error;
  };
  for (const [cluster, group] of Map.groupBy(goneOutages, ({ subject }) => subject.cluster)) {
    const all = await readOutages(server, { state: 'all', cluster, limit: MOST_SEARCHED }).catch(unknown);
    const known = byId(all?.items ?? []);
    for (const outage of group) events.push({ event: 'OutageEnded', outage: known.get(outage.id) ?? outage });
  }
  for (const incident of goneIncidents) {
    const known = await server.get(`incidents/${encodeURIComponent(incident.id)}`, incidentView).catch(unknown);
    events.push({ event: 'IncidentEnded', incident: known ?? incident });
  }
  return events;
}

/** How long to wait after so many failures in a row: as long as the service says, and longer each time. Pure. */
export function waitAfterFailure(failures: number, everyMs: number, retryAfterMs = 0): number {
  return Math.max(retryAfterMs, Math.min(LONGEST_WAIT_MS, everyMs * 2 ** Math.min(failures, 10)));
}

/**
 * Prints what begins and ends, until the process is ended. A failure that passes is reported on standard error and does not end it.
 *
 * @throws any other error: a key that is refused, a cluster that is not known.
 */
export async function runWatch(server: AskServer, { cluster: named, everyMs, format }: ServerOptions): Promise<never> {
  const cluster = named === undefined ? undefined : (await findClusterAt(server, named)).cluster;
  const print = (event: WatchEvent) => void process.stdout.write(`${format === 'json' ? JSON.stringify(event) : describeEvent(event)}\n`);
  let before: SeenOpen | undefined;
  let failures = 0;
  for (;;) {
    try {
      const now = await readOpen(server, cluster);
      const compared = compareOpen(before, now);
      const ends = await readEnds(server, compared);
      for (const event of [...ends, ...compared.events]) print(event);
      if (before === undefined) {
        const open = `${now.outages.size} open outages${cluster === undefined ? `, ${now.incidents.size} open incidents` : ''}`;
        process.stderr.write(`${open}; asking every ${everyMs / 1000} s, Ctrl-C ends it\n`);
      } else if (failures > 0) process.stderr.write('The service answers again.\n');
      before = now;
      failures = 0;
      await sleep(everyMs);
    } catch (error) {
      if (!(error instanceof ServerError && error.passes)) throw error;
      const waitMs = waitAfterFailure(failures++, everyMs, error.retryAfterMs);
      process.stderr.write(`${error.message}; asking again in ${Math.round(waitMs / 1000)} s\n`);
      await sleep(waitMs);
    }
  }
}
