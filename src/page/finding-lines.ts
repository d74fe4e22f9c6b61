import type { ChangeView, FindingView } from '../views/findings.ts';
import { remedyLine, todoFor } from '../views/remedies.ts';
import { type Html, html } from './html.ts';
import { type Links, lengthOf, when } from './layout.ts';

const CHANGES_SHOWN = 5;
const PROPERTIES_SHOWN = 4;

const KINDS = { cause: 'Cause', suspicion: 'Suspicion', couldNotLook: 'Could not look' } as const;

/** What people call a resource: its last name, and of a part of one also the name of the whole. */
export function resourceName(resourceId: string): string {
  const [, rest = ''] = /\/providers\/[^/]+\/(.+)$/i.exec(resourceId) ?? [];
  const names = rest.split('/').filter((_, at) => at % 2 === 1);
  return names.join(' / ') || (resourceId.split('/').at(-1) ?? resourceId);
}

/** How long before or after the start of an outage something happened. */
function relative(time: string, start: string): string {
  const seconds = (Date.parse(start) - Date.parse(time)) / 1000;
  return seconds >= 0 ? `${lengthOf(seconds)} before` : `${lengthOf(-seconds)} after it began`;
}

/** A resource with its link, unless it is no id of one. */
function resourceLink(links: Links, resourceId: string): Html {
  if (!resourceId.startsWith('/subscriptions/')) return html`${resourceId}`;
  return html`<a href="${links.portal(resourceId)}" rel="noreferrer" title="${resourceId}">${resourceName(resourceId)}</a>`;
}

function findingLine(links: Links, finding: FindingView, start: string): Html {
  const { kind, sentence, resourceId, evidence, changedAt, changedBy, revoked } = finding;
  const where = resourceId === undefined ? '' : html` (${resourceLink(links, resourceId)})`;
  const changed = changedAt === undefined ? '' : html`; changed ${relative(changedAt, start)}${changedBy ? ` by ${changedBy}` : ''}`;
  const disproved = revoked === undefined ? '' : html` <em>Disproved: it was still so when the outage had ended.</em>`;
  const todo = html`<br><small>${remedyLine(todoFor(finding, {}))}</small>`;
  const settingsRead = evidence.map((each) => {
    // That of the finding itself stands above.
    const own = each.resourceId === resourceId ? '' : html` (${resourceLink(links, each.resourceId)})`;
    return html`<br><small>${each.setting}: <code>${each.value}</code>${own}</small>`;
  });
  return html`<li class="${kind}"><strong>${KINDS[kind]}</strong>: ${sentence}${where}${changed}.${disproved}${settingsRead}${todo}</li>`;
}

/** A property as people read it: the parts before it are those of its resource. */
const propertyName = (property: string) => property.split('.').at(-1) ?? property;

/** What one write changed of one resource: the operation, or the properties and their values. */
function changeLine(links: Links, own: readonly ChangeView[], start: string): Html {
  const { time, resourceId, operation, by } = own[0]!;
  const told = own.filter(({ property }) => property !== undefined);
  const values = told.slice(0, PROPERTIES_SHOWN).map(({ property = '', before, after }, at) => {
    const from = before === undefined ? '' : html`${before} → `;
    return html`${at > 0 ? ', ' : ''}<span title="${property}">${propertyName(property)}</span> ${from}<code>${after ?? 'removed'}</code>`;
  });
  const more = told.length > PROPERTIES_SHOWN ? html` and ${told.length - PROPERTIES_SHOWN} more` : '';
  const what = told.length === 0 ? html`<code>${operation}</code>` : html`${values}${more}`;
  return html`<li><span title="${time}">${relative(time, start)}</span>: ${resourceLink(links, resourceId)}: ${what}${by ? `, by ${by}` : ''}</li>`;
}

/** What a search in Azure found. */
interface Searched {
  findings: readonly FindingView[];
  changes: readonly ChangeView[];
  searchedAt: string | null;
}

/**
 * Shows what Azure's configuration says of an outage or a blindness: causes and suspicions with the settings as read, then what changed around its start.
 * Empty until it was searched.
 */
export function findingLines(links: Links, { findings, changes, searchedAt }: Searched, start: string): Html {
  if (searchedAt === null) return html``;
  const lines = findings.map((finding) => findingLine(links, finding, start));
  const writes = [...Map.groupBy(changes, ({ time, resourceId, by }) => `${time} ${resourceId.toLowerCase()} ${by}`).values()];
  const shown = writes.slice(0, CHANGES_SHOWN).map((own) => changeLine(links, own, start));
  const more = writes.length > shown.length ? html`<li>and ${writes.length - shown.length} more, in the API</li>` : '';
  const list = lines.length > 0 ? html`<ul class="findings">${lines}</ul>` : '';
  const nothing = lines.length === 0 ? html`<small>Nothing in Azure’s configuration stands out, as of ${when(searchedAt)}.</small>` : '';
  const changed = shown.length > 0 ? html`<small>What changed:</small><ul class="changes">${shown}${more}</ul>` : '';
  return html`<div>${list}${nothing}${changed}</div>`;
}
