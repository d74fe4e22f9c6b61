import { buildServices, type Services } from './services.ts';
import { readSettings } from './settings.ts';

let built: Services | undefined;

/**
 * The app's services, put together at their first use.
 *
 * @throws Error that lists every mistake in the settings.
 */
export function services(): Services {
  built ??= buildServices(readSettings());
  return built;
}
