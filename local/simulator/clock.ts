import { setTimeout as wait } from 'node:timers/promises';

/** The clock of the simulated Azure. */
export type SimulatorClock = {
  now(): Date;
  /** Resolves when so many milliseconds have passed; rejects when `signal` aborts. */
  wait(milliseconds: number, signal: AbortSignal): Promise<void>;
};

/** The clock of the machine. */
export const realClock: SimulatorClock = {
  now: () => new Date(),
  wait: (milliseconds, signal) => wait(milliseconds, undefined, { signal }),
};
