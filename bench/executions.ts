import { billing } from './prices.ts';

/** One execution of a function, in epoch milliseconds. */
export interface Execution {
  /** What it did, such as the kind of a message. */
  kind: string;
  from: number;
  to: number;
  /** CPU time of the process meanwhile: what it took itself where it ran alone. */
  cpuMs: number;
}

const billedMs = (ms: number) => Math.ceil(Math.max(billing.leastMs, ms) / billing.stepMs) * billing.stepMs;

/** Seconds that are billed if each execution has an instance of its own: the worst case. Pure. */
export function secondsAlone(executions: readonly Execution[]): number {
  return executions.reduce((sum, { from, to }) => sum + billedMs(to - from), 0) / 1000;
}

/** Seconds that are billed if one instance does all of them, which pays once for what it does at a time. Pure. */
export function secondsShared(executions: readonly Execution[]): number {
  let sum = 0;
  let open: { from: number; to: number } | undefined;
  for (const { from, to } of [...executions].sort((a, b) => a.from - b.from)) {
    if (open !== undefined && from <= open.to) open.to = Math.max(open.to, to);
    else {
      if (open !== undefined) sum += billedMs(open.to - open.from);
      open = { from, to };
    }
  }
  return (sum + (open === undefined ? 0 : billedMs(open.to - open.from))) / 1000;
}
