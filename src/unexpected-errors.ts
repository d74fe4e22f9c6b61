import { createHash } from 'node:crypto';
import { inspect } from 'node:util';
import { redact } from './model/redact.ts';
import type { Services } from './services.ts';

const TELLING_MS = 5000;
const MOST_OF_A_STACK = 4000;

/** Where an error came from, without what differs each time: its message and its fields may hold times and IDs of requests. */
const placeOf = (error: Error) => [error.name, ...(error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line))].join('\n');

/** An error as it may be told. */
function redacted(error: Error): Error {
  const told = new Error(redact(error.message));
  return Object.assign(told, { name: error.name, stack: redact(error.stack ?? String(error), MOST_OF_A_STACK) });
}

/**
 * Ends the process at the first error that nobody caught, so that the host starts it anew: what it would do from then on cannot be trusted.
 * The log has the error with its stack first, then operators get a `ProberError` and an exception; the work it had is done again, as after any crash.
 */
export function endAtUnexpectedErrors({ telemetry, now }: Pick<Services, 'telemetry' | 'now'>): void {
  let isEnding = false;
  // No listener of `uncaughtException`: Azure's worker has one, which ends the process before any that comes later. Rejections that nobody handles
  // come here too: that is what Node makes of them unless told otherwise.
  process.setUncaughtExceptionCaptureCallback((thrown: unknown) => {
    const error = thrown instanceof Error ? thrown : new Error(inspect(thrown));
    const stack = redact(inspect(error), MOST_OF_A_STACK);
    // On one line: the host levels each line by its own words, and those of a stack alone would count as no error.
    process.stderr.write(`unexpected error, the process ends and is started anew: ${stack.replace(/\s*\n\s*/g, ' | ')}\n`);
    if (isEnding) return;
    isEnding = true;
    const time = now().toISOString();
    // The same error within an hour is one event, however often the process ends by it.
    const hash = createHash('sha256').update(placeOf(error)).digest('hex').slice(0, 16);
    const properties = {
      eventId: `crash/${time.slice(0, 13)}/${hash}`,
      message: `the process of the prober ended by an error that nobody caught, and was started anew: ${redact(String(error), 300)}`,
      evidence: redact(stack, 1000),
    };
    const told = Promise.allSettled([
      telemetry.announce([{ name: 'ProberError', time, properties }]),
      telemetry.exception(redacted(error)),
    ]);
    const timeUp = new Promise((resolve) => setTimeout(resolve, TELLING_MS));
    void Promise.race([told, timeUp]).finally(() => process.exit(1));
  });
}
