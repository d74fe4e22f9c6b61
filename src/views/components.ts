import { commonFactor } from '../history/common-factors.ts';
import { counts } from '../model/ledger.ts';
import { type ReasonCode, reasons } from '../model/reasons.ts';
import * as z from '../zod.ts';

/** The schemas that have a name of their own in the OpenAPI document. */
export const components = z.registry<{ id: string }>();

/** ISO 8601, UTC. */
export const time = z.string().check(z.meta({ format: 'date-time' }));

export const reasonName = z
  .described(z.enum(Object.keys(reasons) as [ReasonCode, ...ReasonCode[]]), 'A code of the catalogue of reasons, see GET /api/reasons.')
  .register(components, { id: 'ReasonCode' });

export const countsView = z
  .described(
    z.extend(counts, {}),
    'known = reachable + unreachable + unknown + notProbed; those that are not served are among the reachable ones.',
  )
  .register(components, { id: 'Counts' });

export const commonFactorView = z
  .described(z.extend(commonFactor, {}), 'What the failing nodes of a cluster have in common and the healthy ones do not.')
  .register(components, { id: 'CommonFactor' });
