import * as z from '../zod.ts';
import { apiServerReasons } from './reasons/api-server.ts';
import { azureReasons } from './reasons/azure.ts';
import { nodePathReasons } from './reasons/node-path.ts';
import { proberReasons } from './reasons/prober.ts';
import { type Policy, type Reason, reason, stages } from './reasons/reason.ts';
import { runCommandReasons } from './reasons/run-command.ts';
import { servedReasons } from './reasons/served.ts';
import { tlsReasons } from './reasons/tls.ts';

/**
 * The catalogue of reasons, with the policy of each. The page, the API, the alerts and the docs all use it. A new code is one entry in the file of its
 * kind: the compiler requires every field of the policy, and codes are listed nowhere else.
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
  ...servedReasons,
  ...runCommandReasons,
  ...azureReasons,
  ...proberReasons,
} as const satisfies Record<string, Reason>;

export type ReasonCode = keyof typeof reasons;

/** The policy of a reason. */
export const policyOf = (code: ReasonCode): Policy => reasons[code].policy;

/**
 * Whether what is recorded for this reason is just coming or going: stopped, started, made, reimaged or deleted. What fails meanwhile is no outage, and
 * what comes back begins anew. Something excluded may run all the time.
 */
export function comesOrGoes(code: ReasonCode): boolean {
  const { expected, hides } = policyOf(code);
  return !expected && hides === 'nothing';
}

/** How far a probe with this reason got, as the index of its stage; -1 for `Undiagnosed`, whose stage is not known. */
export function depthOf(code: ReasonCode): number {
  return code === 'Undiagnosed' ? -1 : stages.indexOf(reasons[code].stage);
}

/** Schema of a stored code. One that is not in the catalogue parses to `ProberError`, which says nothing about a node. */
export const reasonCode = z.catch(z.custom<ReasonCode>(isReasonCode), 'ProberError');

/** Whether a value is a code of the catalogue. */
export function isReasonCode(code: unknown): code is ReasonCode {
  return typeof code === 'string' && Object.hasOwn(reasons, code);
}
