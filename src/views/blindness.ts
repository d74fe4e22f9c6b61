import type { Blindness } from '../history/blindness.ts';
import * as z from '../zod.ts';
import { components, reasonName, time } from './components.ts';
import { changeView, findingView, viewFinding } from './findings.ts';
import { namesOf } from './remedies.ts';

/** Blindness as the API shows it. */
export const blindView = z
  .described(
    z.object({
      since: time,
      reason: reasonName,
      unknown: z.number(),
      planned: z.number(),
      findings: z.array(findingView),
      changes: z.array(changeView),
      searchedAt: z.nullable(time),
    }),
    'Since when it is blind, the main reason why probes gave no verdict, and how many of the planned nodes were unknown; with what Azure’s configuration says of it, as for an outage.',
  )
  .register(components, { id: 'Blindness' });

/** Shows the current blindness of a cluster; null if there is none. */
export function viewBlind(cluster: string, row: Blindness | undefined): z.output<typeof blindView> | null {
  if (row === undefined) return null;
  const { since, reason, unknown, planned, findings = [], changes = [], searchedAt = null } = row;
  const shown = findings.map((finding) => viewFinding(finding, namesOf({ cluster })));
  return { since, reason, unknown, planned, findings: shown, changes: [...changes], searchedAt };
}
