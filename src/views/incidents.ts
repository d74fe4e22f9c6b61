import { sharedFactors } from '../history/shared-factor.ts';
import { Problem } from '../model/problem.ts';
import { incidentWords, namesOfIncident, severityOf } from '../notify/incident-words.ts';
import type { Services } from '../services.ts';
import { readIncident, readIncidents, readOpenIncidents, type StoredIncident } from '../tables/incident-rows.ts';
import { newestFirst } from '../tables/open-tables.ts';
import * as z from '../zod.ts';
import { components, reasonName, time } from './components.ts';
import { findingView, viewFinding } from './findings.ts';
import { notifiedView } from './outages.ts';
import { comparePlaces, cutPage, listOf, type Page, type PageRequest, readPage } from './paging.ts';
import { namesOf, type RemedyNames, remediesFor, remedyView } from './remedies.ts';

/** An incident as the API shows it. */
export const incidentView = z
  .object({
    id: z.string(),
    kind: z.described(z.enum(['outage', 'unseen']), '`outage`: clusters that failed together; `unseen`: nobody sees the fleet.'),
    severity: z.described(z.number(), '0 where most of the fleet is down, else 1.'),
    start: time,
    end: z.nullable(time),
    factor: z.described(z.enum(sharedFactors), 'What the clusters share and healthy ones do not.'),
    factorValue: z.described(z.string(), 'The resource ID, address, region, subscription or reason that they share; `*` for the fleet.'),
    reason: reasonName,
    message: z.string(),
    why: z.string(),
    remedies: z.described(
      z.array(remedyView),
      'What to check or do next about its reason, most likely first; of several clusters, commands name one that is in trouble.',
    ),
    changed: z.described(z.nullable(z.string()), 'What changed before, where, when and by whom; null if nothing is known.'),
    counts: z.described(
      z.object({ affected: z.number(), inside: z.number(), elsewhereAffected: z.number(), elsewhere: z.number(), most: z.number() }),
      'Clusters in trouble among those that share the factor, and among the others; and the most that were in trouble at once.',
    ),
    nodes: z.described(
      z.object({ affected: z.number(), planned: z.number() }),
      'Nodes that fail or give no verdict, of those to be probed.',
    ),
    clusters: z.described(z.array(z.string()), 'Every cluster that ever was one of it.'),
    openClusters: z.described(z.array(z.string()), 'Those that are in trouble now.'),
    finding: z.described(z.nullable(findingView), 'The finding that most of them share.'),
    notified: z.described(z.record(z.string(), notifiedView), 'What each sink accepted, and when.'),
  })
  .register(components, { id: 'Incident' });
export type IncidentView = z.output<typeof incidentView>;

export const incidentListSchema = listOf(incidentView).register(components, { id: 'IncidentPage' });

/** The names in commands: what clusters that fail together have is looked at in one of them; what nobody may do is the same for all. */
function exampleNames(incident: StoredIncident): RemedyNames {
  const example = incident.open[0] ?? incident.members[0];
  return incident.kind === 'outage' && example !== undefined ? namesOf({ cluster: example }) : namesOfIncident(incident);
}

/** Shows an incident. */
export function viewIncident(incident: StoredIncident): IncidentView {
  const { subject, kind, since, until, factor, value, reason, counts, most, nodes, planned, members, open, finding } = incident;
  const { what, why, changed } = incidentWords(incident);
  const names = exampleNames(incident);
  return {
    id: subject,
    kind,
    severity: Number(incident.severity ?? severityOf(incident)),
    start: since,
    end: until ?? null,
    factor,
    factorValue: value,
    reason,
    message: what,
    why,
    remedies: remediesFor(reason, names),
    changed: changed === '-' ? null : changed,
    counts: { ...counts, most },
    nodes: { affected: nodes, planned },
    clusters: [...members],
    openClusters: [...open],
    finding: finding === undefined ? null : viewFinding(finding, names),
    notified: Object.fromEntries(Object.entries(incident.delivered).map(([sink, { since: _, ...marks }]) => [sink, marks])),
  };
}

/** Shows one page of incidents, newest first. */
export async function viewIncidentList(services: Services, which: 'open' | 'all', request: PageRequest): Promise<Page<IncidentView>> {
  const list = `incidents ${which}`;
  const wanted = readPage(request, list, z.tuple([z.string(), z.string()]));
  const all = which === 'open' ? await readOpenIncidents(services.tables) : await readIncidents(services.tables);
  const placeOf = ({ since, subject }: StoredIncident) => [newestFirst(since), subject];
  const sorted = [...all].sort((a, b) => comparePlaces(placeOf(a), placeOf(b)));
  const { items, next } = cutPage(list, sorted, wanted, placeOf);
  return { items: items.map(viewIncident), next };
}

/**
 * Shows one incident.
 *
 * @throws Problem if there is none of this id, or not any more.
 */
export async function viewOneIncident(services: Services, id: string): Promise<IncidentView> {
  const found = await readIncident(services.tables, id);
  if (found === undefined)
    throw new Problem('unknown-incident', `no incident ${id} is known; GET /api/incidents?state=all lists those that are kept`);
  return viewIncident(found);
}
