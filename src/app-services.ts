import { buildServices, type Services } from './services.ts';
import { readSettings } from './settings.ts';

// At start: a mistake in the settings must stop the app before any trigger runs.
const settings = readSettings();
let built: Services | undefined;

/** The app's services, put together at their first use. */
export function services(): Services {
  built ??= buildServices(settings);
  return built;
}
