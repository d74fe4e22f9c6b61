import type { IncidentView } from '../views/incidents.ts';
import { remedyLines } from '../views/remedies.ts';
import { findingLines } from './finding-lines.ts';
import { type Html, html } from './html.ts';
import { type Links, when } from './layout.ts';

/** What is known of an incident: what, why, what changed, and what to do first. */
export function incidentLines(incident: IncidentView, links: Links): Html {
  const { start, end, message, reason, why, changed, finding } = incident;
  const until = end === null ? '' : html` to ${when(end)}`;
  const before = changed === null ? '' : html`<p>Changed before: ${changed}</p>`;
  // A finding says what to do, and what had changed, more exactly.
  const known =
    finding === null
      ? html`<p><strong>${reason}</strong>: ${why}</p>${before}<p><small>${remedyLines(reason, {})[0]}</small></p>`
      : findingLines(links, { findings: [finding], changes: [], searchedAt: start }, start);
  return html`<p class="banner ${end === null ? 'unreachable' : 'reachable'}">${end === null ? '✖' : '●'} ${message}</p><p>Since ${when(start)}${until}.</p>${known}`;
}

/** The open incidents of the fleet, each with a link to its page; empty if there is none. */
export function openIncidents(incidents: readonly IncidentView[], links: Links): Html {
  const each = incidents.map(
    (incident) => html`${incidentLines(incident, links)}<p><a href="${links.incident(incident.id)}">The incident and its clusters</a></p>`,
  );
  return html`${each}`;
}
