import { z } from 'zod';
import { type ReasonCode, reasons } from '../model/reasons.ts';
import { components, reasonName } from '../views/components.ts';
import type { Reply } from './route.ts';

const reasonView = z
  .object({
    reason: reasonName,
    stage: z.string(),
    sentence: z.string(),
    remedies: z.array(z.string()).describe('What to check or do next, most likely first.'),
    links: z.array(z.string()),
  })
  .register(components, { id: 'Reason' });

export const reasonList = z
  .object({ items: z.array(reasonView), next: z.null() })
  .describe('All reasons on one page.')
  .register(components, { id: 'ReasonList' });

/** `GET /api/reasons` */
export async function showReasons(): Promise<Reply> {
  const items = (Object.keys(reasons) as ReasonCode[]).map((reason) => ({ reason, ...reasons[reason] }));
  return { json: { items, next: null } };
}
