import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { askSimulator } from '../local/ask-simulator.ts';
import { demoFleet } from '../local/demo-fleet.ts';
import { findKubectl } from '../local/kubectl.ts';
import type { ClusterView } from '../src/views/clusters.ts';
import type { NodeView } from '../src/views/nodes.ts';
import { parseMinutes, runCampaign } from './campaign.ts';
import { readHostCost } from './host-cost.ts';

const help = `Examples:
  npm run soak
  npm run soak -- --minutes 5

Runs the app as it is deployed, with sweeps of 30 s over the demonstration fleet, opens every route each minute, sets a fault on a cluster for a
third of the time, and clears it. Exits with status 1 where the app wrote an error, ended, answered a route with an error, missed the outage, or
used more and more memory. Needs Linux.

  --minutes N  how long (25)
`;

const FAULTY = 'shop-staging';
/** Resident memory varies with the heap: only this much more at the end than after the first quarter counts as growth. */
const MOST_GROWTH = 1.2;

interface Described {
  paths: Record<string, Record<string, unknown>>;
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { minutes: { type: 'string', default: '25' }, help: { type: 'boolean', short: 'h' } } });
  if (values.help) return void process.stdout.write(help);
  const minutes = parseMinutes(values.minutes, 1);
  const kubectl = await findKubectl();
  await runCampaign('soak', async ({ log, note, problems, start }) => {
    const { simulator, host } = await start({ fleet: demoFleet, runCommandSeconds: 2, kubectl }, (line) =>
      /error|exception|fail/i.test(line) ? note(`the app wrote: ${line}`) : log(line),
    );

    const get = async (path: string): Promise<Response> => {
      const response = await fetch(`${host.url}${path}`);
      // Until the first sweep is complete, these answers are right.
      const isEarly = ['/api/health', '/api/sweeps/latest'].includes(path) && [404, 503].includes(response.status);
      if (!response.ok && !isEarly) note(`GET ${path} was answered ${response.status}: ${(await response.clone().text()).slice(0, 200)}`);
      return response;
    };
    const openEveryRoute = async () => {
      const { paths } = (await (await get('/api/openapi.json')).json()) as Described;
      const { items } = (await (await get('/api/clusters')).json()) as { items: ClusterView[] };
      const cluster = items.find(({ name }) => name === FAULTY)?.cluster;
      if (cluster === undefined) return;
      const nodes = (await (await get(`/api/clusters/${encodeURIComponent(cluster)}/nodes`)).json()) as { items: NodeView[] };
      const known: Record<string, string | undefined> = { cluster: encodeURIComponent(cluster), node: nodes.items[0]?.node };
      for (const [path, methods] of Object.entries(paths)) {
        const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!);
        if (!('get' in methods) || names.some((name) => known[name] === undefined)) continue;
        const address = path.replace(/\{(\w+)\}/g, (_, name: string) => known[name]!);
        await (await get(address)).arrayBuffer();
      }
    };

    const end = Date.now() + minutes * 60_000;
    const thirds = [1, 2].map((third) => end - (minutes * 60_000 * (3 - third)) / 3);
    let fault: 'to come' | 'set' | 'cleared' = 'to come';
    const memory: number[] = [];
    while (Date.now() < end) {
      await openEveryRoute().catch((error: unknown) => note(`the app did not answer: ${error}`));
      memory.push(
        await readHostCost(host.pid).then(
          ({ residentMegabytes }) => Math.round(residentMegabytes),
          () => Number.NaN,
        ),
      );
      log(`${Math.ceil((end - Date.now()) / 60_000)} min left, ${memory.at(-1)} MB`);
      const target = `/control/faults/${encodeURIComponent(FAULTY)}`;
      if (fault === 'to come' && Date.now() > thirds[0]!) {
        await askSimulator(simulator, 'PUT', target, { fault: 'refused' });
        fault = 'set';
      } else if (fault === 'set' && Date.now() > thirds[1]!) {
        await askSimulator(simulator, 'DELETE', target);
        fault = 'cleared';
      }
      await sleep(Math.min(60_000, minutes * 4000, Math.max(0, end - Date.now())));
    }
    const envelopes = JSON.parse((await askSimulator(simulator, 'GET', '/control/telemetry')).text) as {
      data: { baseData: { name: string } };
    }[];
    const count = (name: string) => envelopes.filter(({ data }) => data.baseData.name === name).length;
    for (const name of ['ClusterOutageStarted', 'ClusterOutageEnded'])
      if (count(name) !== 1) note(`expected one ${name}, got ${count(name)}`);
    if (count('ProberError') > 0) note(`expected no ProberError, got ${count('ProberError')}`);
    const quarter = Math.ceil(memory.length / 4);
    const [early, late] = [Math.max(...memory.slice(quarter, 2 * quarter)), Math.max(...memory.slice(-quarter))];
    if (!(late <= early * MOST_GROWTH)) note(`memory grew from ${early} to ${late} MB`);
    console.log(
      `${count('SweepCompleted')} sweeps in ${minutes} min; memory ${early} MB after the first quarter, ${late} MB at the end; ${problems.length} problems`,
    );
  });
}

await main();
