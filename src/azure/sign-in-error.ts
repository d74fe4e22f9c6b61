// Recognized by name: the package that defines these errors takes a second to load.
const NAMES = ['CredentialUnavailableError', 'AggregateAuthenticationError', 'AuthenticationError', 'AuthenticationRequiredError'];

/** Whether an error means that the sign-in to Azure failed, so that the request itself was never answered. */
export function isSignInError(error: unknown): error is Error {
  return error instanceof Error && NAMES.includes(error.name);
}
