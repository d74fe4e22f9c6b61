import type { Services } from './services.ts';
import { readSettings, type Settings } from './settings.ts';
import { keepHeapSmall } from './small-heap.ts';
import { endAtUnexpectedErrors } from './unexpected-errors.ts';

let settings: Settings | undefined;
let built: Promise<Services> | undefined;

/**
 * Stops the app at its start if a setting is wrong, and sees to errors that nobody catches. It loads no SDK: Azure loads every function into each
 * instance, and an instance needs what its own function uses.
 *
 * @throws Error that lists every mistake in the settings.
 */
export function startApp(): void {
  if (settings !== undefined) return;
  settings = readSettings();
  endAtUnexpectedErrors(services);
}

async function build(): Promise<Services> {
  const { buildServices } = await import('./services.ts');
  // Only now: what Node loads of its own modules after flags of V8 were set, it compiles anew, and `services.ts` loads most of them.
  keepHeapSmall();
  return buildServices(settings!);
}

/**
 * The services of the app, built at their first use.
 *
 * @throws Error that lists every mistake in the settings.
 */
export function services(): Promise<Services> {
  startApp();
  built ??= build();
  return built;
}
