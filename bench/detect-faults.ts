import { setTimeout as sleep } from 'node:timers/promises';
import { parseFleet } from '../local/simulator/fleet-schema.ts';
import { layOutFleet, type SimulatedCluster, type SimulatedNode } from '../local/simulator/lay-out-fleet.ts';
import { scheduleFor } from '../local/sweep-schedule.ts';
import type { Campaign } from './campaign.ts';
import { answerNode, type ClusterState, type createDice, detectionFleet, type Fault, toldIn } from './detection-fleet.ts';
import { type Detected, divide, type Pace, untilState } from './detection-stages.ts';
import { watchRuns } from './watch-runs.ts';

const NODES = 12;
const QUORUM = NODES / 2;

/** Which faults to set, at which pace of sweeps. */
export interface Faults {
  pace: Pace;
  /** Runs that the app may start in a minute, in each subscription. */
  startsPerMinute: number;
  clusters: number;
  faults: number;
  dice: ReturnType<typeof createDice>;
}

/** Sets the faults, one after the other on each cluster and on all clusters at the same time, and returns how they were detected. */
export async function detectFaults(
  { log, note, start }: Campaign,
  { pace, startsPerMinute, clusters, faults, dice }: Faults,
): Promise<Detected[]> {
  const down = new Set<string>();
  /** When which state of a cluster was accepted last, and when an event that an outage began. */
  const states = new Map<string, ClusterState & { at: number }>();
  const events = new Map<string, number>();
  const fleet = parseFleet(detectionFleet(clusters, NODES), 'The fleet');
  const world = layOutFleet(fleet, new Date());
  const runs = watchRuns(world);
  const accept = (text: string) => {
    const at = Date.now();
    const told = toldIn(text);
    for (const state of told.states) {
      const last = states.get(state.cluster);
      // The completion of a sweep may tell an older state after a newer one, which alerts leave out as well.
      if (last === undefined || state.time >= last.time)
        states.set(state.cluster, { ...state, at: last?.cut === state.cut ? last.at : at });
    }
    for (const cluster of told.outages) events.set(cluster, at);
  };
  const seconds = { FIRST_COLLECT_SECONDS: String(pace.collect), COLLECT_AGAIN_SECONDS: String(pace.collectAgain) };
  await start(
    {
      fleet,
      runCommandSeconds: pace.run,
      kubectl: '/nowhere/kubectl',
      instantNodes: true,
      answer: (node: SimulatedNode, script) => answerNode(node, script, down),
      intercept: async (request, answer) => {
        const reply = await answer();
        if (request.url.pathname !== '/v2.1/track') runs.see(request, reply);
        else if (reply.status === 200) accept(request.text);
        return reply;
      },
    },
    (line) => {
      if (/error|exception|poison/i.test(line)) log(line.slice(0, 300));
    },
    // Each fault is one of its own, not part of an incident, and every end is the end.
    {
      ...seconds,
      SWEEP_SCHEDULE: scheduleFor(pace.interval)!,
      STARTS_PER_MINUTE: String(startsPerMinute),
      INCIDENT_CLUSTERS: '1000',
      FLAP_WINDOW_MINUTES: '0',
    },
  );
  const longest = 6 * pace.interval;
  const until = async (what: string, holds: () => boolean) => {
    for (const end = Date.now() + longest * 1000; !holds(); await sleep(50))
      if (Date.now() > end) throw new Error(`${what}: not within ${longest} s`);
  };
  const detected: Detected[] = [];
  let left = faults;
  const oneFault = async ({ id, pools }: SimulatedCluster) => {
    const nodes = pools.flatMap((pool) => pool.nodes);
    const fault: Fault = dice.next() < 0.5 ? 'node' : 'cluster';
    await until(`the end of the outage of ${id}`, () => !states.get(id)!.cut);
    await sleep(dice.next() * pace.interval * 1000);
    // A result that came late may have opened the outage before once more.
    await until(`the end of the outage of ${id}`, () => !states.get(id)!.cut);
    const hit = fault === 'cluster' ? nodes : [nodes[Math.floor(dice.next() * nodes.length)]!];
    const names = new Set(hit.map(({ name }) => `${id}/${name}`));
    const at = Date.now();
    for (const name of names) down.add(name);
    await until(`the outage of ${id} (${fault})`, () => states.get(id)!.cut);
    const stateAt = states.get(id)!.at;
    await until(`the event of the outage of ${id} (${fault})`, () => (events.get(id) ?? 0) > at);
    const one = divide({ fault, at, stateAt, eventAt: events.get(id)! }, runs.of(names), QUORUM, pace.interval);
    if (one === undefined) throw new Error(`the outage of ${id} (${fault}) was told before enough results of it were read`);
    detected.push(one);
    log(`${detected.length} of ${faults}: ${fault} after ${untilState(one).toFixed(1)} s`);
    for (const name of names) down.delete(name);
  };
  const oneCluster = async (cluster: SimulatedCluster) => {
    await until(`a first state of ${cluster.id}`, () => states.has(cluster.id));
    while (left > 0) {
      left -= 1;
      await oneFault(cluster);
    }
  };
  await Promise.all(world.clusters.map((cluster) => oneCluster(cluster).catch((error: Error) => note(error.message))));
  return detected;
}
