import { z } from 'zod';
import type { Blindness } from '../history/blindness.ts';
import { components, reasonName, time } from './components.ts';

/** Blindness as the API shows it. */
export const blindView = z
  .object({ since: time, reason: reasonName, unknown: z.number(), planned: z.number() })
  .describe('Since when nobody can tell how it is, for what most probes came to nothing, and how many of those that were planned.')
  .register(components, { id: 'Blindness' });

/** Shows a blindness that stands; null where there is none. */
export function viewBlind(row: Blindness | undefined): z.output<typeof blindView> | null {
  return row === undefined ? null : { since: row.since, reason: row.reason, unknown: row.unknown, planned: row.planned };
}
