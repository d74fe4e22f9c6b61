import { z } from 'zod';
import { apiServerReasons } from './reasons/api-server.ts';
import { azureReasons } from './reasons/azure.ts';
import { nodePathReasons } from './reasons/node-path.ts';
import { proberReasons } from './reasons/prober.ts';
import { type Policy, type Reason, reason, stages } from './reasons/reason.ts';
import { runCommandReasons } from './reasons/run-command.ts';
import { tlsReasons } from './reasons/tls.ts';

/**
 * The one place where a cause is named, with all that follows from it; page, API, alerts and docs read it. A new code is one entry in the file of its
 * kind: the compiler asks for each field of its policy, and nothing else lists codes.
 */
export const reasons = {
  Reachable: reason(
    'none',
    { fault: 'nobody', duration: 'passing', expected: true, asked: true, endsOutage: false, blinds: 'nobody', hides: 'nothing' },
    'The node reached its API server.',
  ),
  ...nodePathReasons,
  ...tlsReasons,
  ...apiServerReasons,
  ...runCommandReasons,
  ...azureReasons,
  ...proberReasons,
} as const satisfies Record<string, Reason>;

export type ReasonCode = keyof typeof reasons;

/** What follows from a reason. */
export const policyOf = (code: ReasonCode): Policy => reasons[code].policy;

/** How far a probe with this reason got; one of which that cannot be told got nowhere. */
export function depthOf(code: ReasonCode): number {
  return code === 'Undiagnosed' ? -1 : stages.indexOf(reasons[code].stage);
}

/** Reads a code that somebody else wrote: one that this catalogue does not hold reads `ProberError`, which says nothing of a node. */
export const reasonCode = z.custom<ReasonCode>(isReasonCode).catch('ProberError');

/** Whether a text is a code of this catalogue. */
export function isReasonCode(code: unknown): code is ReasonCode {
  return typeof code === 'string' && Object.hasOwn(reasons, code);
}
