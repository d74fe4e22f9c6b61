import type { FaultId } from '../../local/simulator/faults.ts';
import type { TrueRecord } from '../../local/simulator/keep-record.ts';
import type { Chronicle, Notice, SeenOutage, SeenSweep } from './chronicle.ts';
import type { CampaignPlan } from './troubles.ts';

const MINUTE_MS = 60_000;
const START = Date.parse('2026-03-02T10:00:00Z');
export const ADA = '1.rg.ada';
export const BOB = '2.rg.bob';
const FLEET = [
  { cluster: ADA, nodes: ['a0', 'a1', 'a2', 'a3'] },
  { cluster: BOB, nodes: ['b0', 'b1', 'b2'] },
];

/** A time in the campaign. */
export const at = (minute: number) => new Date(START + minute * MINUTE_MS).toISOString();
export const sweepAt = (minute: number) => at(minute).replace('.000Z', 'Z');

interface Fault {
  target: string;
  fault: FaultId;
  nodes: string[];
  from: number;
  until: number;
}

/** A node that is cut off, and a whole cluster. */
const FAULTS: readonly Fault[] = [
  { target: `${BOB}/b0`, fault: 'refused', nodes: [`${BOB}/b0`], from: 8, until: 28 },
  { target: ADA, fault: 'nsg-denies', nodes: FLEET[0]!.nodes.map((node) => `${ADA}/${node}`), from: 9, until: 38 },
];

const metBy = (node: string, minute: number) =>
  FAULTS.find(({ nodes, from, until }) => nodes.includes(node) && from <= minute && minute < until)?.fault;

function noticesOf(sink: Notice['sink'], { subject: { cluster, node }, start, end }: SeenOutage): Notice[] {
  const kind = node === undefined ? 'Cluster' : 'Node';
  const notice = (what: 'Started' | 'Ended', time: string): Notice => ({
    ...{ sink, id: `${cluster}/${node ?? '*'}/${start}/${what}`, name: `${kind}Outage${what}`, time },
    properties: { cluster, ...(node !== undefined && { node, summary: 'false' }), start, episode: '1' },
  });
  return [notice('Started', start), ...(end === null ? [] : [notice('Ended', end)])];
}

/** What a prober that does all right leaves of a small campaign. Everything in it may be changed. */
export function honestChronicle() {
  const plan: CampaignPlan = {
    seed: 0,
    calmFrom: 30,
    end: 52,
    troubles: [{ kind: 'stranger', text: 'no JSON at all', from: 6, until: 7 }],
  };
  const switches: TrueRecord['switches'] = FAULTS.flatMap(({ target, fault, nodes, from, until }) => [
    { at: at(from), target, fault, nodes },
    { at: at(until), target, fault: null, nodes },
  ]).sort((a, b) => (a.at < b.at ? -1 : 1));
  const record: TrueRecord = { switches, runs: [], clashes: [] };
  const sweeps: SeenSweep[] = [];
  for (let minute = 0; minute <= 50; minute += 5) {
    const outcomes: Record<string, [string, string][]> = {};
    const counts = { known: 7, reachable: 0, unreachable: 0, unknown: 0, notProbed: 0 };
    for (const { cluster, nodes } of FLEET)
      outcomes[cluster] = nodes.map((node) => {
        const met = metBy(`${cluster}/${node}`, minute + 0.1);
        record.runs.push({ cluster, node, beganAt: at(minute + 0.1), endedAt: at(minute + 0.5), ...(met && { met }) });
        counts[met === undefined ? 'reachable' : 'unreachable'] += 1;
        return [node, met === undefined ? 'reachable/Reachable' : 'unreachable/ConnectionRefused'];
      });
    const byReason = { Reachable: counts.reachable, ConnectionRefused: counts.unreachable };
    sweeps.push({
      id: sweepAt(minute),
      startedAt: at(minute),
      completedAt: at(minute + 1),
      coverage: 1,
      ledger: { ...counts, byReason },
      outcomes,
    });
  }
  const outages: SeenOutage[] = [
    { id: 'one', subject: { cluster: BOB, node: 'b0' }, start: at(10.1), end: at(30.1), findings: [] },
    { id: 'two', subject: { cluster: ADA }, start: at(10.2), end: at(40.1), findings: [{ code: 'NsgDenies', kind: 'cause' }] },
  ];
  return {
    ...{ plan, fleet: FLEET, start: START, intervalMs: 5 * MINUTE_MS, calmSweeps: 2, record, sweeps, outages },
    incidents: [] as Chronicle['incidents'][number][],
    notices: (['ingestion', 'webhook'] as const).flatMap((sink) => outages.flatMap((each) => noticesOf(sink, each))),
    poisoned: [{ at: at(6.5), text: 'no JSON at all' }],
    poisonRows: [{ time: at(6.5), message: 'no JSON at all' }],
    checks: [{ id: 'a check', status: 'done' }],
    blind: [] as string[],
  } satisfies Chronicle;
}
