import { createHash, randomUUID } from 'node:crypto';
import * as z from '../zod.ts';

// As long as the first two groups of a GUID, with the hyphen.
const LENGTH = 13;

/** How the IDs of the requests of a sweep or check begin. */
export const requestPrefix = z.string().check(z.regex(/^[0-9a-f]{8}-[0-9a-f]{4}$/));

const hash = (text: string) => createHash('sha256').update(text).digest('hex');

/**
 * How the IDs of the Run Command requests of a new sweep begin: random, so that it cannot be told from its time. Azure's Activity Log keeps the IDs
 * (`httpRequest.clientRequestId`), and the heartbeat says how those of the sweep begin: so a run that no sweep started can be told.
 */
export function newRequestPrefix(): string {
  return randomUUID().slice(0, LENGTH);
}

/** How the ID of the Run Command request of a check begins. Its own id is known only to who asked for it. */
export function requestPrefixOfCheck(check: string): string {
  const digits = hash(check);
  return `${digits.slice(0, 8)}-${digits.slice(8, 12)}`;
}

/**
 * The ID of one Run Command request (`x-ms-client-request-id`), a GUID as Azure Resource Manager wants it:
 * https://learn.microsoft.com/rest/api/azure/#request-header
 *
 * @param prefix - that of its sweep or check.
 * @param nonce - that of the run; it cannot be told from the ID.
 */
export function requestIdOf(prefix: string, nonce: string): string {
  const digits = hash(nonce);
  return `${prefix}-4${digits.slice(0, 3)}-8${digits.slice(3, 6)}-${digits.slice(6, 18)}`;
}
