import { type ArmReply, armError } from './arm-reply.ts';
import type { Operation, OperationBook } from './keep-operations.ts';
import type { RecordKeeper } from './keep-record.ts';
import type { SimulatedNode } from './lay-out-fleet.ts';
import type { RequestLog } from './log-requests.ts';
import { performRun, type RunSurroundings } from './perform-run.ts';
import { inProgressReply, notRunningReply, type RunCommandInput } from './refuse-run-command.ts';

/** Runs commands on nodes, one at a time on each. */
export type RunCommands = {
  /** Begins a run that has not been refused. */
  begin(node: SimulatedNode, input: RunCommandInput, apiVersion: string, isRunning: boolean): ArmReply;
  isBusy(node: SimulatedNode): boolean;
  stop(): Promise<void>;
};

type Surroundings = Omit<RunSurroundings, 'signal' | 'lastOutputs'> & {
  operations: OperationBook;
  log: RequestLog;
  record: RecordKeeper;
  minimumMs: number;
};

/**
 * Makes what starts runs and sees them through.
 *
 * @param around - `minimumMs` is how long a run takes at least, in milliseconds, however fast its script is.
 */
export function runCommands(around: Surroundings): RunCommands {
  const { board, operations, log, record, clock, minimumMs } = around;
  const busy = new Set<SimulatedNode>();
  const runs = new Set<Promise<void>>();
  const lastOutputs: RunSurroundings['lastOutputs'] = new Map();
  const stopping = new AbortController();

  const carryOut = async (operation: Operation, script: string | undefined): Promise<void> => {
    const { node } = operation;
    const { signal } = stopping;
    const run = record.began(node);
    const conduct: RunSurroundings['conduct'] = (on, text) => {
      run.meets(board.ofNode(on, 'server') ?? board.ofNode(on, 'node'));
      return around.conduct(on, text);
    };
    try {
      const [outcome] = await Promise.all([
        performRun(node, script, { ...around, conduct, lastOutputs, signal }),
        minimumMs > 0 ? clock.wait(minimumMs, signal) : undefined,
      ]);
      operations.end(operation, outcome);
    } catch (error) {
      const message = `The simulator could not run the script: ${error instanceof Error ? error.message : String(error)}`;
      operations.end(operation, { succeeded: false, code: 'VMExtensionProvisioningError', message });
    } finally {
      busy.delete(node);
      run.ended();
    }
  };

  return {
    begin(node, input, apiVersion, isRunning) {
      const fault = board.ofNode(node, 'arm');
      if (!isRunning) return notRunningReply();
      log.attempt(busy.has(node) ? 1 : 0);
      if (busy.has(node)) {
        log.conflict();
        record.clashed(node);
        return inProgressReply();
      }
      if (fault === 'busy') return inProgressReply();
      log.started();
      busy.add(node);
      const operation = operations.begin(node);
      const run = carryOut(operation, input.script?.join('\n'));
      runs.add(run);
      void run.then(() => runs.delete(run));
      // The run goes on, but the caller never learns its URL.
      if (fault === 'bad-gateway') return armError(502, 'BadGateway', 'The gateway did not receive a response in time.');
      return operations.accepted(operation, apiVersion);
    },
    isBusy: (node) => busy.has(node),
    async stop() {
      stopping.abort(new Error('The simulator has stopped.'));
      await Promise.allSettled(runs);
    },
  };
}
