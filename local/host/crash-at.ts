import { subscribe } from 'node:diagnostics_channel';

/** Channel on which the app publishes `{ name }` at each of its fault points. */
const EFFECT_CHANNEL = 'aks-fleet-prober:fault-point';

/**
 * Kills this process at a fault point of the app, as a power failure would.
 * @param point - `name`, or `name#n` for the n-th time.
 * @throws When n is no positive number.
 */
export function crashAt(point: string): void {
  const [name, nth = '1'] = point.split('#');
  let left = Number(nth);
  if (!Number.isInteger(left) || left < 1) throw new Error(`Expected HOST_CRASH_AT to be name or name#n with n from 1, got "${point}".`);
  subscribe(EFFECT_CHANNEL, (message) => {
    if (typeof message !== 'object' || message === null || !('name' in message) || message.name !== name) return;
    left -= 1;
    if (left === 0) process.kill(process.pid, 'SIGKILL');
  });
}
