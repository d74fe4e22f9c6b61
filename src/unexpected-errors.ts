import { createHash } from 'node:crypto';
import { inspect } from 'node:util';
import { redact } from './probe/redact.ts';
import type { Services } from './services.ts';

const TELLING_MS = 5000;

/**
 * Ends the process at the first error that nobody caught, so that the host starts it anew: what it would do from then on cannot be trusted.
 * The log has the error with its stack first, then operators get a `ProberError` and an exception; the work it had is done again, as after any crash.
 */
export function endAtUnexpectedErrors({ telemetry, now }: Pick<Services, 'telemetry' | 'now'>): void {
  let isEnding = false;
  // Rejections that nobody handles come here too: that is what Node makes of them unless told otherwise.
  process.on('uncaughtException', (error) => {
    const stack = inspect(error);
    // On one line: the host levels each line by its own words, and those of a stack alone would count as no error.
    process.stderr.write(`unexpected error, the process ends and is started anew: ${stack.replace(/\s*\n\s*/g, ' | ')}\n`);
    if (isEnding) return;
    isEnding = true;
    const time = now().toISOString();
    // The same error within an hour is one event, however often the process ends by it.
    const hash = createHash('sha256').update(stack).digest('hex').slice(0, 16);
    const properties = {
      eventId: `crash/${time.slice(0, 13)}/${hash}`,
      message: `the process of the prober ended by an error that nobody caught, and was started anew: ${redact(String(error), 300)}`,
      evidence: redact(stack, 1000),
    };
    const told = Promise.allSettled([telemetry.announce([{ name: 'ProberError', time, properties }]), telemetry.exception(error)]);
    const timeUp = new Promise((resolve) => setTimeout(resolve, TELLING_MS));
    void Promise.race([told, timeUp]).finally(() => process.exit(1));
  });
}
