import { setTimeout as sleep } from 'node:timers/promises';
import type { TokenCredential } from '@azure/identity';

/** A credential has no limit of its own, and a token that never comes would hold a worker until its function times out. */
const WITHIN_MS = 60_000;

/** No token could be had, so that the request it was for was never sent. */
export class SignInError extends Error {
  override name = 'SignInError';
}

/**
 * Marks every failure of a credential as a failed sign-in. Credentials fail in many ways, managed identities with errors of plain HTTP or of sockets,
 * and only the type tells these from an answer of Azure to the request itself.
 */
export function signInWith(credential: TokenCredential): TokenCredential {
  return {
    async getToken(scopes, options) {
      const limit = new AbortController();
      try {
        const late = sleep(WITHIN_MS, undefined, { signal: limit.signal, ref: false }).then(() => {
          throw new Error(`no token within ${WITHIN_MS / 1000} s`);
        });
        return await Promise.race([credential.getToken(scopes, options), late]);
      } catch (error) {
        throw new SignInError(error instanceof Error ? error.message : String(error), { cause: error });
      } finally {
        limit.abort();
      }
    },
  };
}
