import type { IncidentView } from '../../views/incidents.ts';
import type { OutageView } from '../../views/outages.ts';
import { lastedOf, subjectOf, timeOf } from './columns.ts';

/** Something that began, returned or ended. */
export type WatchEvent =
  | { event: 'OutageOpen' | 'OutageStarted' | 'OutageReturned' | 'OutageEnded'; outage: OutageView }
  | { event: 'IncidentOpen' | 'IncidentStarted' | 'IncidentEnded'; incident: IncidentView };

/** What was open when it was last asked for. */
export interface SeenOpen {
  outages: ReadonlyMap<string, OutageView>;
  incidents: ReadonlyMap<string, IncidentView>;
}

/** What is open now compared with before: what is new, what has returned, and the ids of what is gone. Pure. */
export function compareOpen(
  before: SeenOpen | undefined,
  now: SeenOpen,
): { events: WatchEvent[]; goneOutages: OutageView[]; goneIncidents: IncidentView[] } {
  const began = (id: string, known: ReadonlyMap<string, unknown> | undefined) => known !== undefined && !known.has(id);
  const events: WatchEvent[] = [];
  for (const [id, outage] of now.outages) {
    const known = before?.outages.get(id);
    if (before === undefined) events.push({ event: 'OutageOpen', outage });
    else if (began(id, before.outages)) events.push({ event: outage.flaps > 0 ? 'OutageReturned' : 'OutageStarted', outage });
    else if (known !== undefined && outage.flaps > known.flaps) events.push({ event: 'OutageReturned', outage });
  }
  for (const [id, incident] of now.incidents) {
    if (before === undefined) events.push({ event: 'IncidentOpen', incident });
    else if (began(id, before.incidents)) events.push({ event: 'IncidentStarted', incident });
  }
  const gone = <T>(old: ReadonlyMap<string, T> | undefined, current: ReadonlyMap<string, T>) =>
    [...(old ?? [])].filter(([id]) => !current.has(id)).map(([, each]) => each);
  return { events, goneOutages: gone(before?.outages, now.outages), goneIncidents: gone(before?.incidents, now.incidents) };
}

const WORDS = {
  OutageOpen: 'outage open',
  OutageStarted: 'outage started',
  OutageReturned: 'outage returned',
  OutageEnded: 'outage ended',
  IncidentOpen: 'incident open',
  IncidentStarted: 'incident started',
  IncidentEnded: 'incident ended',
} as const;

/** The line of an event. Pure but for how long something open has lasted. */
export function describeEvent(event: WatchEvent): string {
  const of = 'outage' in event ? event.outage : event.incident;
  const isOver = event.event === 'OutageEnded' || event.event === 'IncidentEnded';
  const time = isOver && of.end !== null ? of.end : of.start;
  const words =
    'outage' in event
      ? `${subjectOf(event.outage)}: ${event.outage.reason}: ${event.outage.message}`
      : `${event.incident.id}: ${event.incident.message}`;
  const lasted = isOver ? ` after ${lastedOf(of.start, of.end)}` : '';
  return `${timeOf(time)} ${WORDS[event.event]}${lasted}: ${words}`.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ');
}
