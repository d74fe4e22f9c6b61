import { createHash } from 'node:crypto';

const hash = (text: string) => createHash('sha256').update(text).digest('hex');

/**
 * How the IDs of all Run Command requests of a sweep or a check begin. Azure's Activity Log keeps them (`httpRequest.clientRequestId`), and the events
 * of sweeps and checks say this beginning: so a run that none of them started can be told, whoever sent it with the identity of the prober.
 *
 * @param run - the id of the sweep or check.
 * @returns the first 13 characters of a GUID.
 */
export function requestPrefix(run: string): string {
  const digits = hash(run);
  return `${digits.slice(0, 8)}-${digits.slice(8, 12)}`;
}

/**
 * The ID of one Run Command request (`x-ms-client-request-id`), a GUID as Azure Resource Manager wants it:
 * https://learn.microsoft.com/rest/api/azure/#request-header
 *
 * @param nonce - that of the run; it cannot be told from the ID.
 */
export function requestIdOf(run: string, nonce: string): string {
  const digits = hash(nonce);
  return `${requestPrefix(run)}-4${digits.slice(0, 3)}-8${digits.slice(3, 6)}-${digits.slice(6, 18)}`;
}
