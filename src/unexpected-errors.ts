import { createHash } from 'node:crypto';
import { inspect } from 'node:util';
import { redact } from './model/redact.ts';
import type { Services } from './services.ts';

const SENDING_MS = 5000;
const MOST_OF_A_STACK = 4000;

type Reporting = Pick<Services, 'sinks' | 'tables' | 'telemetry' | 'now'>;

/** Where an error came from, without what differs each time: its message and its fields may hold times and IDs of requests. */
const placeOf = (error: Error) => [error.name, ...(error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line))].join('\n');

/** An error as it may leave the process. */
function redacted(error: Error): Error {
  const shown = new Error(redact(error.message));
  return Object.assign(shown, { name: error.name, stack: redact(error.stack ?? String(error), MOST_OF_A_STACK) });
}

/** Sends operators an error that ends the process. */
async function report(open: () => Promise<Reporting>, error: Error, stack: string): Promise<void> {
  const [{ reportError }, services] = await Promise.all([import('./notify/report-error.ts'), open()]);
  const time = services.now().toISOString();
  // The same error within an hour is one event, however often the process ends by it.
  const hash = createHash('sha256').update(placeOf(error)).digest('hex').slice(0, 16);
  const properties = {
    eventId: `crash/${time.slice(0, 13)}/${hash}`,
    message: `the process of the prober ended by an error that nobody caught, and was started anew: ${redact(String(error), 300)}`,
    evidence: redact(stack, 1000),
  };
  const event = { name: 'ProberError' as const, time, properties };
  await Promise.allSettled([reportError(services, 'crash', event), services.telemetry.exception(redacted(error))]);
}

/**
 * Ends the process at the first error that nobody caught, so that the host starts it anew: what it would do from then on cannot be trusted.
 * The log has the error with its stack first, then operators get a `ProberError` and an exception; the work it had is done again, as after any crash.
 *
 * @param open - the services, which may not have been built yet.
 */
export function endAtUnexpectedErrors(open: () => Promise<Reporting>): void {
  let isEnding = false;
  // No listener of `uncaughtException`: Azure's worker has one, which ends the process before any that comes later. Rejections that nobody handles
  // come here too: that is what Node makes of them unless it is configured otherwise.
  process.setUncaughtExceptionCaptureCallback((thrown: unknown) => {
    const error = thrown instanceof Error ? thrown : new Error(inspect(thrown));
    const stack = redact(inspect(error), MOST_OF_A_STACK);
    // On one line: the host levels each line by its own words, and those of a stack alone would count as no error.
    process.stderr.write(`unexpected error, the process ends and is started anew: ${stack.replace(/\s*\n\s*/g, ' | ')}\n`);
    if (isEnding) return;
    isEnding = true;
    const timeUp = new Promise((resolve) => setTimeout(resolve, SENDING_MS));
    void Promise.race([report(open, error, stack).catch(() => {}), timeUp]).finally(() => process.exit(1));
  });
}
