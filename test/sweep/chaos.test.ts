import { describe, expect, it, onTestFinished } from 'vitest';
import { answerOf, chaosFleet, FAULTY, interceptWith, isGreen, problemsIn, SILENT } from '../../bench/chaos-fleet.ts';
import { askSimulator } from '../../local/ask-simulator.ts';
import { createChaos } from '../../local/simulator/chaos.ts';
import type { Ledger } from '../../src/model/ledger.ts';
import { readNodes } from '../../src/tables/node-rows.ts';
import { readOutages } from '../../src/tables/outage-rows.ts';
import { viewOutage } from '../../src/views/outages.ts';
import { openSweepWorld } from './sweep-world.ts';

/** How much faster the app's clock goes: within a minute, and no sooner, it takes a start that was not answered for lost. */
const PACE = 15;
const TICK_MS = 200;
/** A token that was had is good for some calls. */
const CALLS_PER_TOKEN = 5;
const SHARE = 0.2;
/** Sweeps until the real outage is notified, and until its end is and all nodes are seen. No sweep waits for a notification, nor for a run that is overdue. */
const MOST_TO_FIND = 5;
const MOST_TO_RECOVER = 6;

describe('while every call to Azure fails with 20 %', () => {
  it('no node has two runs or is forgotten, no outage is false or missed, and the ledgers add up', { timeout: 300_000 }, async () => {
    const chaos = createChaos(1, SHARE);
    const intercept = interceptWith(chaos);
    const down = new Set<string>();
    let asked = 0;
    const world = await openSweepWorld(
      chaosFleet(6),
      { FIRST_COLLECT_SECONDS: '2' },
      {
        runCommandSeconds: 3,
        answer: (node, script) => answerOf(node, script, down),
        refuseToken: () => (asked++ % CALLS_PER_TOKEN === 0 ? chaos.refuseToken() : undefined),
        // The tokens of this world are refused before they are asked for.
        intercept: (request, ask) => (request.url.pathname === '/msi/token' ? ask() : intercept(request, ask)),
      },
    );
    onTestFinished(() => world.stop());
    const ticking = setInterval(() => world.passTime((TICK_MS / 1000) * (PACE - 1)), TICK_MS);
    onTestFinished(() => clearInterval(ticking));
    const ledgers: Ledger[] = [];
    const sweep = async () => {
      ledgers.push((await world.sweep()).ledger);
    };
    const control = async (path: string) => JSON.parse((await askSimulator(world.simulator, 'GET', `/control/${path}`)).text);
    const fleet: { cluster: string; nodes: { name: string }[] }[] = await control('fleet');
    const nodes = fleet.flatMap((each) => each.nodes.map(({ name }) => `${each.cluster}/${name}`));
    const { tables } = world.services();
    const readNotified = async () => {
      const telemetry: { data: { baseData: { name: string; properties: Record<string, string> } } }[] = await control('telemetry');
      const events = new Map(telemetry.map(({ data: { baseData } }) => [baseData.properties.eventId, baseData]));
      return [...events.values()]
        .filter(({ name }) => /Outage/.test(name))
        .map(({ name, properties }) => ({ name, cluster: properties.cluster! }));
    };
    const isNotified = async (event: string) => (await readNotified()).some(({ name }) => name === event);
    const now = () => world.services().now().toISOString();

    const silent = nodes.find((node) => node.startsWith(SILENT))!;
    await world.setFault(silent, 'agent-silent');
    await sweep();
    const from = now();
    down.add(FAULTY);
    for (let n = 0; n < MOST_TO_FIND && !(n > 0 && (await isNotified('ClusterOutageStarted'))); n++) await sweep();
    down.clear();
    const to = now();
    await sweep();
    chaos.end();
    await world.clearFault(silent);
    const { calls, failed } = chaos.counts();
    expect(failed / calls).toBeCloseTo(SHARE, 1);
    const isOver = async () => isGreen(ledgers.at(-1)!, nodes.length) && (await isNotified('ClusterOutageEnded'));
    for (let n = 0; n < MOST_TO_RECOVER && !(n > 0 && (await isOver())); n++) await sweep();
    const rows = await Promise.all(fleet.map(async ({ cluster }) => [cluster, await readNodes(tables, cluster)] as const));
    const outages = await Promise.all(fleet.map(({ cluster }) => readOutages(tables, cluster, { which: 'all' })));
    const problems = problemsIn({
      ledgers,
      nodes,
      known: rows.flatMap(([cluster, all]) =>
        [...all.values()].filter(({ retiredAt }) => retiredAt === undefined).map(({ facts }) => `${cluster}/${facts.node}`),
      ),
      outages: outages.flat().map(({ outage }) => viewOutage(outage)),
      outage: { from, to },
      notified: await readNotified(),
      runCommand: (await world.requests()).runCommand,
    });
    expect(problems).toEqual([]);
    expect(world.poisoned).toEqual([]);
  });
});
