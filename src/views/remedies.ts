import type { Remedy } from '../model/reasons/remedy.ts';
import * as z from '../zod.ts';
import { components } from './components.ts';

// What pages and the API show as remedies, in one place for them.
export type { Remedy, RemedyNames } from '../model/reasons/remedy.ts';
export { remedyLine } from '../model/reasons/remedy.ts';
export { namesOf, remediesFor, remedyLines } from '../model/remedies.ts';

/** A remedy as the API shows it. */
export const remedyView = z
  .object({
    say: z.described(z.string(), 'What to check or do, in a sentence that helps without the command too.'),
    command: z.described(
      z.nullable(z.string()),
      'A command for a POSIX shell with the names of this case, to be pasted as it is; null if there is none, or a name in it is not known.',
    ),
  } satisfies Record<keyof Remedy, z.ZodMiniType>)
  .register(components, { id: 'Remedy' });
