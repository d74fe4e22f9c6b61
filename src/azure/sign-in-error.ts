// Told by their names: the package that defines them takes a second to load, for which not everybody who asks should wait.
const NAMES = ['CredentialUnavailableError', 'AggregateAuthenticationError', 'AuthenticationError', 'AuthenticationRequiredError'];

/** Whether nobody could sign in to Azure, which says nothing of what was asked there. */
export function isSignInError(error: unknown): error is Error {
  return error instanceof Error && NAMES.includes(error.name);
}
