import './small-heap.ts';
import { buildServices, type Services } from './services.ts';
import { readSettings } from './settings.ts';
import { endAtUnexpectedErrors } from './unexpected-errors.ts';

let built: Services | undefined;

/**
 * The services of the app, built at their first use.
 *
 * @throws Error that lists every mistake in the settings.
 */
export function services(): Services {
  if (built === undefined) {
    built = buildServices(readSettings());
    endAtUnexpectedErrors(built);
  }
  return built;
}
