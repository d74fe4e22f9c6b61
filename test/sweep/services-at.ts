import { buildServices, type Services } from '../../src/services.ts';
import { readSettings } from '../../src/settings.ts';

/** A clock that stands until a test moves it. */
export interface Clock {
  at(time: string | number): Date;
  move(milliseconds: number): Date;
}

/**
 * Puts the app together over real storage, with a clock of the test's own and no way to Azure.
 *
 * @param more - settings that differ from their defaults.
 */
export function servicesAt(
  connectionString: string,
  start: string,
  more: Record<string, string> = {},
): { services: Services; clock: Clock } {
  let time = Date.parse(start);
  const settings = readSettings({ AzureWebJobsStorage: connectionString, ARM_ENDPOINT: 'https://127.0.0.1:1', ...more });
  const noToken = { getToken: () => Promise.reject(new Error('no token was to be asked for')) };
  const clock: Clock = {
    at(moment) {
      time = new Date(moment).getTime();
      return new Date(time);
    },
    move(milliseconds) {
      time += milliseconds;
      return new Date(time);
    },
  };
  return { services: buildServices(settings, noToken, () => new Date(time)), clock };
}
