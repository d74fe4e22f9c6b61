import { z } from 'zod';
import type { Blindness } from '../history/blindness.ts';
import { components, reasonName, time } from './components.ts';

/** Blindness as the API shows it. */
export const blindView = z
  .object({ since: time, reason: reasonName, unknown: z.number(), planned: z.number() })
  .describe('Since when it is blind, the main reason why probes gave no verdict, and how many of the planned nodes were unknown.')
  .register(components, { id: 'Blindness' });

/** Shows a current blindness; null if there is none. */
export function viewBlind(row: Blindness | undefined): z.output<typeof blindView> | null {
  return row === undefined ? null : { since: row.since, reason: row.reason, unknown: row.unknown, planned: row.planned };
}
