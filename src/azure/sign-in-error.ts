import type { TokenCredential } from '@azure/identity';

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
      try {
        return await credential.getToken(scopes, options);
      } catch (error) {
        throw new SignInError(error instanceof Error ? error.message : String(error), { cause: error });
      }
    },
  };
}
