import { setImmediate as turn } from 'node:timers/promises';
import type { SimulatorClock } from '../../local/simulator/clock.ts';

interface Waiting {
  until: number;
  wake(): void;
}

/** A clock that stands until it is moved, so that an hour of a fleet takes seconds. */
export interface StepClock extends SimulatorClock {
  time(): number;
  /** When the first of those who wait is due; infinity if nobody waits. */
  nextDue(): number;
  /** Moves to a time, never back, and wakes all who wait until then, in their order. */
  moveTo(time: number): Promise<void>;
}

/** Makes a clock that stands at a time. */
export function openStepClock(start: number): StepClock {
  let time = start;
  const waiting = new Set<Waiting>();
  const nextDue = () => Math.min(...[...waiting].map(({ until }) => until));
  return {
    time: () => time,
    now: () => new Date(time),
    nextDue,
    wait: (milliseconds, signal) =>
      new Promise((resolve, reject) => {
        const abort = () => {
          waiting.delete(each);
          reject(signal.reason);
        };
        const wake = () => {
          signal.removeEventListener('abort', abort);
          resolve();
        };
        const each = { until: time + milliseconds, wake };
        if (signal.aborted) return abort();
        waiting.add(each);
        signal.addEventListener('abort', abort, { once: true });
      }),
    async moveTo(to) {
      while (nextDue() <= to) {
        const first = [...waiting].reduce((one, other) => (other.until < one.until ? other : one));
        time = Math.max(time, first.until);
        waiting.delete(first);
        first.wake();
        // What was woken goes on before anything later happens.
        await turn();
      }
      time = Math.max(time, to);
    },
  };
}
