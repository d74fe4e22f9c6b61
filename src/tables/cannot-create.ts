import { isRestError } from '@azure/core-rest-pipeline';

/** The error for a queue or table that does not exist and could not be created. */
export function cannotCreate(kind: 'queue' | 'table', name: string, cause: unknown): Error {
  const code = isRestError(cause) ? (cause.code ?? cause.statusCode) : undefined;
  const role = kind === 'queue' ? 'Storage Queue Data Contributor' : 'Storage Table Data Contributor';
  return new Error(
    `expected the ${kind} "${name}" in the storage account, or the right to create it, got ${code ?? 'an error'}: create it, or give the app's identity the role "${role}"`,
    { cause },
  );
}
