import { askSimulator } from '../../local/ask-simulator.ts';
import type { Simulator } from '../../local/simulator/start-simulator.ts';
import type { Services } from '../../src/services.ts';
import { readBlind } from '../../src/tables/blind-rows.ts';
import { readPlanAndTallies } from '../../src/tables/plan-rows.ts';
import type { IncidentView } from '../../src/views/incidents.ts';
import type { OutageView } from '../../src/views/outages.ts';
import type { SweepView } from '../../src/views/sweeps.ts';
import { ask } from '../http/ask.ts';
import type { Chronicle, Notice, SeenSweep } from './chronicle.ts';

interface Envelope {
  data: { baseType: string; baseData: { name: string; properties: Record<string, string> } };
  time: string;
}
interface Posted {
  status: number;
  body: { id: string; type: string; time: string; data: { properties: Record<string, string> } };
}

/** A campaign that is over: the part of its chronicle that is known, and where to read the rest. */
export interface EndedWorld extends Pick<Chronicle, 'plan' | 'fleet' | 'start' | 'intervalMs' | 'calmSweeps'> {
  simulator: Simulator;
  /** Over the storage of the campaign, without troubles. */
  services: Services;
  /** Checks that were accepted. */
  checks?: readonly string[];
  /** What went to the poison queue; by default what is kept of it. */
  poisoned?: Chronicle['poisoned'];
}

/** Reads what became of a campaign: the record of the simulator, what the sinks accepted, and what the app shows. */
export async function gatherChronicle(world: EndedWorld): Promise<Chronicle> {
  const { plan, fleet, simulator, start, intervalMs, calmSweeps, services } = world;
  const control = async <T>(path: string): Promise<T> => JSON.parse((await askSimulator(simulator, 'GET', `/control/${path}`)).text);
  const list = async <T>(path: string): Promise<T[]> => {
    const { status, json, text } = await ask(services, path);
    if (status !== 200) throw new Error(`GET ${path} was answered ${status}: ${text.slice(0, 200)}`);
    return (json as { items: T[] }).items;
  };
  const outcomesOf = async (sweep: string): Promise<SeenSweep['outcomes']> => {
    const all = await Promise.all(
      fleet.map(async ({ cluster }) => {
        const { planned, tallies } = await readPlanAndTallies(services.tables, sweep, cluster);
        if (planned === undefined) return undefined;
        const notProbed = Object.entries(planned.notProbed).flatMap(([reason, nodes]) =>
          nodes.map((node) => [node, `notProbed/${reason}`] as const),
        );
        const tallied = [...tallies.values()].flatMap((each) =>
          Object.entries(each).flatMap(([outcome, nodes]) => nodes.map((node) => [node, outcome] as const)),
        );
        // What was planned and has no outcome in the end is lost, which the ledger says.
        const named = new Set(tallied.map(([node]) => node));
        const lost = planned.slices.flat().filter((node) => !named.has(node));
        return [cluster, [...notProbed, ...tallied, ...lost.map((node) => [node, 'unknown/Lost'] as const)]] as const;
      }),
    );
    return Object.fromEntries(all.flatMap((each) => (each === undefined ? [] : [each])));
  };
  const envelopes = (await control<Envelope[]>('telemetry')).filter(({ data }) => data.baseType === 'EventData');
  const toIngestion = envelopes.map(({ time, data: { baseData } }): Notice => {
    const { name, properties } = baseData;
    return { sink: 'ingestion', id: properties.eventId ?? '', name, time, properties };
  });
  const posted = (await control<Posted[]>('webhooks')).filter(({ status }) => status < 300);
  const toWebhook = posted.map(({ body: { id, type, time, data } }): Notice => {
    return { sink: 'webhook', id, name: type.split('.')[1]!, time, properties: data.properties };
  });
  const sweeps = await list<SweepView>('sweeps?limit=100');
  const poisonRows: Chronicle['poisonRows'][number][] = [];
  for await (const { time, message } of (await services.tables.open('poison')).listEntities<{ time: string; message: string }>())
    poisonRows.push({ time, message });
  return {
    plan,
    fleet,
    start,
    intervalMs,
    calmSweeps,
    record: await control('record'),
    sweeps: await Promise.all(
      sweeps.reverse().map(async ({ id, startedAt, completedAt, coverage, ledger }) => ({
        ...{ id, startedAt, completedAt, coverage, ledger },
        outcomes: completedAt === null ? {} : await outcomesOf(id),
      })),
    ),
    outages: await list<OutageView>('outages?state=all&limit=1000'),
    incidents: await list<IncidentView>('incidents?state=all&limit=1000'),
    checks: await Promise.all(
      (world.checks ?? []).map(async (id) => ({ id, status: ((await ask(services, `checks/${id}`)).json as { status: string }).status })),
    ),
    notices: [...toIngestion, ...toWebhook],
    poisoned: world.poisoned ?? poisonRows.map(({ time, message }) => ({ at: time, text: message })),
    poisonRows,
    blind: [...(await readBlind(services.tables))].filter(([, { until }]) => until === undefined).map(([cluster]) => cluster),
  };
}
