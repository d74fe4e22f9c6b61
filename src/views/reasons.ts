import { z } from 'zod';
import { type ReasonCode, reasons } from '../model/reasons.ts';
import { components, reasonName } from './components.ts';

const reasonView = z
  .object({
    reason: reasonName,
    stage: z.string(),
    sentence: z.string(),
    remedies: z.array(z.string()).describe('What to check or do next, most likely first.'),
    links: z.array(z.string()),
  })
  .register(components, { id: 'Reason' });

export const reasonListSchema = z
  .object({ items: z.array(reasonView), next: z.null() })
  .describe('All reasons on one page.')
  .register(components, { id: 'ReasonList' });

/** Shows the catalogue of reasons. */
export function viewReasons(): z.output<typeof reasonListSchema> {
  const codes = Object.keys(reasons) as ReasonCode[];
  const items = codes.map((reason) => {
    const { stage, sentence, remedies, links } = reasons[reason];
    return { reason, stage, sentence, remedies: [...remedies], links: [...links] };
  });
  return { items, next: null };
}
