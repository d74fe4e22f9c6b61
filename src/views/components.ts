import { z } from 'zod';
import { counts } from '../model/ledger.ts';
import { type ReasonCode, reasons } from '../model/reasons.ts';

/** The schemas that have a name of their own in the OpenAPI document. */
export const components = z.registry<{ id: string }>();

/** ISO 8601, UTC. */
export const time = z.string().meta({ format: 'date-time' });

export const reasonName = z
  .enum(Object.keys(reasons) as [ReasonCode, ...ReasonCode[]])
  .describe('A code of the catalogue of reasons, see GET /api/reasons.')
  .register(components, { id: 'ReasonCode' });

export const countsView = counts
  .extend({})
  .describe('known = reachable + unreachable + unknown + notProbed.')
  .register(components, { id: 'Counts' });

export const problem = z
  .object({
    type: z.string().describe('A stable URN for programs.'),
    title: z.string(),
    status: z.int(),
    detail: z.string().describe('What was expected, what came, and what to do next.'),
  })
  .describe('An error as RFC 9457 has it.')
  .register(components, { id: 'Problem' });
