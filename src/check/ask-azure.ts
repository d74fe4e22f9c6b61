import { isRestError } from '@azure/core-rest-pipeline';
import { armErrorText, isTimeout } from '../azure/arm-error.ts';
import { retryAfterSeconds } from '../azure/retry-after.ts';
import { SignInError } from '../azure/sign-in-error.ts';
import { log } from '../log.ts';
import { Problem } from '../model/problem.ts';

const WITHOUT_ANSWER_SECONDS = 30;

/**
 * Sends a request to Azure while a caller waits, and turns its failure into a problem for the caller.
 *
 * @param what - what Azure should do, as in "list the subscriptions"; for messages.
 * @throws Problem that says when to try again, if Azure throttles, fails or does not answer, or if the sign-in fails.
 */
export async function askAzure<T>(what: string, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (!isRestError(error) && !isTimeout(error) && !(error instanceof SignInError)) throw error;
    const seconds = isRestError(error) ? retryAfterSeconds(error) : WITHOUT_ANSWER_SECONDS;
    const why =
      error instanceof SignInError
        ? 'the prober could not sign in'
        : isRestError(error)
          ? armErrorText(error)
          : 'it gave no answer in time';
    log.warn(`Azure did not ${what}: ${why}`);
    throw new Problem('azure', `expected Azure to ${what}, but ${why}; try again in ${seconds} s`, seconds);
  }
}
