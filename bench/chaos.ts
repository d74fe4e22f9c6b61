import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { askSimulator } from '../local/ask-simulator.ts';
import { createChaos } from '../local/simulator/chaos.ts';
import { parseFleet } from '../local/simulator/fleet-schema.ts';
import { coverageOf, type Ledger } from '../src/model/ledger.ts';
import type { NodeView } from '../src/views/nodes.ts';
import type { OutageView } from '../src/views/outages.ts';
import type { SweepView } from '../src/views/sweeps.ts';
import { parseMinutes, runCampaign, SWEEP_SECONDS } from './campaign.ts';
import { answerOf, chaosFleet, FAULTY, interceptWith, isGreen, problemsIn, SILENT } from './chaos-fleet.ts';

const help = `Examples:
  npm run chaos
  npm run chaos -- --minutes 3 --seed 7

Runs the app as it is deployed, with sweeps of 30 s over 330 nodes, while every request to Azure fails with 20 %: tokens, lists, reads, starts of
runs and polls, also each repetition of the SDK. In the second third one cluster has a real outage, and on one node a run does not end. Then Azure
answers again, and the next sweeps must see all nodes. Exits with status 1 where a node had two runs at once or was forgotten, an outage was false,
missed or not notified, or a ledger does not add up. Takes two to four minutes more than it is told to.

  --minutes N  how long requests fail (10)
  --seed N     seed of the failures (1)
`;

const SHARE = 0.2;
const SCALE = 90;
/** Within so many sweeps after the end of the failures everything must be seen again: runs whose end was not learned are polled once in each. */
const SWEEPS_TO_RECOVER = 8;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { minutes: { type: 'string', default: '10' }, seed: { type: 'string', default: '1' }, help: { type: 'boolean', short: 'h' } },
  });
  if (values.help) return void process.stdout.write(help);
  const minutes = parseMinutes(values.minutes, 2);
  await runCampaign('chaos', async ({ log, note, problems, start }) => {
    const chaos = createChaos(Number(values.seed), SHARE);
    const down = new Set<string>();
    const poisoned: string[] = [];
    let retries = 0;
    const { simulator, host } = await start(
      {
        fleet: parseFleet(chaosFleet(SCALE), 'The fleet'),
        runCommandSeconds: 2,
        kubectl: '/nowhere/kubectl',
        instantNodes: true,
        answer: (node, script) => answerOf(node, script, down),
        intercept: interceptWith(chaos),
      },
      (line) => {
        if (/is tried again in/.test(line)) retries += 1;
        if (/poison: /.test(line)) poisoned.push(line);
        if (/error|exception|poison/i.test(line)) log(line.slice(0, 300));
      },
      { STARTS_PER_MINUTE: '1500' },
    );

    const control = async <T>(path: string): Promise<T> => JSON.parse((await askSimulator(simulator, 'GET', `/control/${path}`)).text);
    const list = async <T>(path: string): Promise<T[]> => {
      const response = await fetch(`${host.url}/api/${path}`);
      if (!response.ok) throw new Error(`GET /api/${path} was answered ${response.status}`);
      return ((await response.json()) as { items: T[] }).items;
    };
    const seen = new Map<string, Ledger>();
    const readSweeps = async () => {
      for (const { id, completedAt, ledger } of (await list<SweepView>('sweeps?limit=10')).reverse())
        if (completedAt !== null && ledger !== null && !seen.has(id)) {
          seen.set(id, ledger);
          log(`sweep ${id.slice(11, 19)}: ${describe(ledger)}`);
        }
    };
    const fleet = await control<{ cluster: string; nodes: { name: string }[] }[]>('fleet');
    const nodes = fleet.flatMap(({ cluster, nodes: all }) => all.map(({ name }) => `${cluster}/${name}`));

    const silent = `/control/faults/${encodeURIComponent(nodes.find((node) => node.startsWith(SILENT))!)}`;
    await askSimulator(simulator, 'PUT', silent, { fault: 'agent-silent' });

    const begin = Date.now();
    const [from, to, end] = [1, 2, 3].map((third) => begin + minutes * 20_000 * third) as [number, number, number];
    while (Date.now() < end) {
      await sleep(Math.min(5000, Math.max(0, end - Date.now())));
      if (Date.now() >= from && Date.now() < to && down.size === 0) {
        down.add(FAULTY);
        log('the outage begins');
      }
      if (Date.now() >= to && down.size > 0) {
        down.clear();
        log('the outage is over');
      }
      await readSweeps().catch((error: unknown) => note(`the app did not answer: ${error}`));
    }
    const during = [...seen.values()];
    if (during.length === 0) note('no sweep was completed while requests failed');
    chaos.end();
    await askSimulator(simulator, 'DELETE', silent);
    log('from now on every request is answered');
    const recovery = end + SWEEPS_TO_RECOVER * SWEEP_SECONDS * 1000;
    for (;;) {
      await sleep(2000);
      await readSweeps();
      const last = [...seen].at(-1);
      if ((last && Date.parse(last[0]) > end && isGreen(last[1], nodes.length)) || Date.now() > recovery) break;
    }
    const recovered = [...seen.keys()].filter((id) => Date.parse(id) > end).length;
    const { runCommand } = await control<{ runCommand: { started: number; conflicts: number; mostAtOncePerNode: number } }>('requests');
    const telemetry = await control<{ data: { baseData: { name: string; properties?: Record<string, string> } } }[]>('telemetry');
    const events = new Map(telemetry.map(({ data: { baseData } }) => [baseData.properties?.eventId, baseData]));
    const notified = [...events.values()].map(({ name, properties }) => ({ name, cluster: properties?.cluster ?? '' }));
    const known = (
      await Promise.all(
        fleet.map(async ({ cluster }) => {
          const all = await list<NodeView>(`clusters/${encodeURIComponent(cluster)}/nodes?limit=1000`);
          return all.filter(({ reason }) => reason !== 'NodeGone').map(({ node }) => `${cluster}/${node}`);
        }),
      )
    ).flat();
    const found = problemsIn({
      // A sweep may be completed after the next one.
      ledgers: [...seen].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, ledger]) => ledger),
      nodes,
      known,
      outages: await list<OutageView>('outages?state=all&limit=1000'),
      outage: { from: new Date(from - SWEEP_SECONDS * 1000).toISOString(), to: new Date(to).toISOString() },
      notified: notified.filter(({ name }) => /Outage/.test(name)),
      runCommand,
    });
    for (const problem of found) note(problem);
    const counts = chaos.counts();
    const coverages = during.map((ledger) => coverageOf(ledger) ?? 0);
    const probed = during.reduce((total, { known: all, notProbed }) => total + all - notProbed, 0);
    const unknown = during.reduce((total, ledger) => total + ledger.unknown, 0);
    console.table(counts.byWay);
    console.log(
      [
        `${during.length} sweeps in ${minutes} min with ${counts.calls} requests, of which ${percent(counts.failed / counts.calls)} failed`,
        `${retries} messages tried again, ${poisoned.length} given up`,
        `${runCommand.started} runs, at most ${runCommand.mostAtOncePerNode} at once on a node, ${runCommand.conflicts} conflicts`,
        coverages.length === 0
          ? 'no coverage: no sweep was completed'
          : `coverage ${percent(Math.min(...coverages))} at least, ${percent(coverages.reduce((a, b) => a + b, 0) / coverages.length)} on average; ${percent(unknown / probed)} of the probed nodes without a verdict`,
        `blind: ${notified.filter(({ name }) => name === 'ClusterBlind').length} notifications`,
        `green ${recovered} sweeps after the end of the failures`,
        `${problems.length} problems${problems.map((each) => `\n  ${each}`).join('')}`,
      ].join('\n'),
    );
  });
}

const percent = (share: number) => `${(share * 100).toFixed(1)} %`;

function describe({ known, reachable, unreachable, unknown, notProbed, byReason }: Ledger): string {
  const others = Object.entries(byReason).filter(([reason]) => reason !== 'Reachable');
  return `known ${known} = ${reachable} + ${unreachable} + ${unknown} + ${notProbed}; ${others.map(([reason, count]) => `${count} ${reason}`).join(', ')}`;
}

await main();
