/** Counts of the requests to Azure Resource Manager and of the runs on nodes. */
export type RequestLog = {
  count(operation: string): void;
  /** Counts a request that was refused since the caller lacks an action. */
  refused(action: string): void;
  /** Counts an attempt to run a command; `running` is how many of ours are already running on the node. */
  attempt(running: number): void;
  started(): void;
  conflict(): void;
  /** Counts a request to an API server of a cluster. */
  kubernetes(): void;
  read(): RequestCounts;
};

/** What `GET /control/requests` answers. */
type RequestCounts = {
  total: number;
  byOperation: Record<string, number>;
  /** Requests that were refused, by the action that the caller lacks. */
  refusedByAction: Record<string, number>;
  runCommand: { started: number; conflicts: number; mostAtOncePerNode: number };
  kubernetes: { total: number };
};

/** Makes an empty log. */
export function logRequests(): RequestLog {
  let total = 0;
  const byOperation = new Map<string, number>();
  const refused = new Map<string, number>();
  const runCommand = { started: 0, conflicts: 0, mostAtOncePerNode: 0 };
  let kubernetesTotal = 0;
  return {
    count(operation) {
      total += 1;
      byOperation.set(operation, (byOperation.get(operation) ?? 0) + 1);
    },
    refused(action) {
      refused.set(action, (refused.get(action) ?? 0) + 1);
    },
    attempt(running) {
      runCommand.mostAtOncePerNode = Math.max(runCommand.mostAtOncePerNode, running + 1);
    },
    started() {
      runCommand.started += 1;
    },
    conflict() {
      runCommand.conflicts += 1;
    },
    kubernetes() {
      kubernetesTotal += 1;
    },
    read: () => ({
      total,
      byOperation: Object.fromEntries(byOperation),
      refusedByAction: Object.fromEntries(refused),
      runCommand: { ...runCommand },
      kubernetes: { total: kubernetesTotal },
    }),
  };
}
