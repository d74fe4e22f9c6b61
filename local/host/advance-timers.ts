import timers from 'node:timers';

const LONG_MS = 600_000;

/**
 * Makes timers of ten minutes or longer fire early, so that a test need not wait for what an app does once an hour or a day.
 *
 * @param factor - how many times earlier.
 * @throws Error where that is not a number from 1.
 */
export function advanceTimers(factor: number): void {
  if (!(factor >= 1)) throw new Error(`Expected HOST_ADVANCE_TIMERS to be a number from 1, got "${factor}".`);
  const advanced = <T extends typeof setTimeout | typeof setInterval>(original: T): T =>
    new Proxy(original, {
      apply: (target, self, [callback, delay, ...more]) =>
        Reflect.apply(target, self, [callback, delay >= LONG_MS ? delay / factor : delay, ...more]),
    });
  globalThis.setTimeout = timers.setTimeout = advanced(setTimeout);
  globalThis.setInterval = timers.setInterval = advanced(setInterval);
}
