import type { SimulatorClock } from './clock.ts';
import type { FaultId } from './faults.ts';
import type { SimulatedNode } from './lay-out-fleet.ts';

/** A run command as it was: from when to when, and the fault of the way to the API server that its script met. */
export type RecordedRun = { cluster: string; node: string; beganAt: string; endedAt?: string; met?: FaultId };

/** What was true when: what a checker judges the prober by. */
export type TrueRecord = {
  /** Each switch of a fault, oldest first, with the nodes that it reaches as `cluster/node`; `fault` is null where one was cleared. */
  switches: { at: string; target: string; fault: FaultId | null; nodes: string[] }[];
  /** Each run that began, oldest first. */
  runs: RecordedRun[];
  /** Each attempt to begin a run while another one was in progress on the node. */
  clashes: { at: string; cluster: string; node: string }[];
};

/** Notes what becomes of a run. */
export type RunKeeper = {
  /** Its script begins, which is later where an agent was dead, and meets a fault of the way to the API server, or none. */
  meets(fault: FaultId | undefined): void;
  ended(): void;
};

/** Keeps the record. */
export type RecordKeeper = {
  switched(target: string, fault: FaultId | null, nodes: readonly SimulatedNode[]): void;
  /** Notes a run that begins. */
  began(node: SimulatedNode): RunKeeper;
  clashed(node: SimulatedNode): void;
  read(): TrueRecord;
};

/** Makes an empty record. It grows for as long as the simulator runs. */
export function keepRecord({ now }: SimulatorClock): RecordKeeper {
  const kept: TrueRecord = { switches: [], runs: [], clashes: [] };
  const at = () => now().toISOString();
  return {
    switched(target, fault, nodes) {
      kept.switches.push({ at: at(), target, fault, nodes: nodes.map(({ cluster, name }) => `${cluster.id}/${name}`) });
    },
    began({ cluster, name }) {
      const run: RecordedRun = { cluster: cluster.id, node: name, beganAt: at() };
      kept.runs.push(run);
      return {
        meets(fault) {
          if (fault !== undefined) run.met = fault;
        },
        ended() {
          run.endedAt = at();
        },
      };
    },
    clashed({ cluster, name }) {
      kept.clashes.push({ at: at(), cluster: cluster.id, node: name });
    },
    read: () => kept,
  };
}
