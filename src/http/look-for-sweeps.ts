import { log } from '../log.ts';
import type { Services } from '../services.ts';
import { startMissingSweep } from '../sweep/plan/stand-in.ts';
import { currentIntervalMs } from '../views/current-interval.ts';

const EVERY_MS = 60_000;

/** Does some work, and looks meanwhile whether sweeps are started. */
export type LookMeanwhile = <T>(services: Services, work: () => Promise<T>) => Promise<T>;

/**
 * Creates the look for missing sweeps that requests are the occasion for, those without a key too: a process looks once a minute at most, or once in a
 * shorter interval, by one read of one row, so that no caller can make more of it.
 */
export function lookForSweeps(): LookMeanwhile {
  let lookedAt = Number.NEGATIVE_INFINITY;
  const look = async (services: Services) => {
    const time = services.now().getTime();
    // If the clock was set back, the next look must not be put off longer.
    if (time >= lookedAt && time - lookedAt < Math.min(EVERY_MS, currentIntervalMs(services))) return;
    lookedAt = time;
    await startMissingSweep(services).catch((error: unknown) => log.error('whether sweeps are started could not be seen', error));
  };
  return async (services, work) => {
    const [done] = await Promise.all([work(), look(services)]);
    return done;
  };
}
