import { type ReasonCode, reasons } from '../model/reasons.ts';
import { placeholderNames } from '../model/remedies.ts';
import * as z from '../zod.ts';
import { components, reasonName } from './components.ts';
import { remedyLines } from './remedies.ts';

const reasonView = z
  .object({
    reason: reasonName,
    stage: z.string(),
    sentence: z.string(),
    remedies: z.described(
      z.array(z.string()),
      'What to check or do next, most likely first; in commands, words in capitals such as `RESOURCE_GROUP` stand for names.',
    ),
    links: z.array(z.string()),
  })
  .register(components, { id: 'Reason' });

export const reasonListSchema = z
  .described(z.object({ items: z.array(reasonView), next: z.null() }), 'All reasons on one page.')
  .register(components, { id: 'ReasonList' });

/** Shows the catalogue of reasons. */
export function viewReasons(): z.output<typeof reasonListSchema> {
  const codes = Object.keys(reasons) as ReasonCode[];
  const items = codes.map((reason) => {
    const { stage, sentence, links } = reasons[reason];
    return { reason, stage, sentence, remedies: remedyLines(reason, placeholderNames), links: [...links] };
  });
  return { items, next: null };
}
