import { addFailing, failingIn, type Trend, trendOf } from '../history/recent-sweeps.ts';
import type { ClusterView } from '../views/clusters.ts';
import type { ChangeView, FindingView } from '../views/findings.ts';
import type { NotifiedView } from '../views/outages.ts';
import type { Remedy } from '../views/remedies.ts';
import { trendBars } from './chart-svg.ts';
import { type Html, html } from './html.ts';
import { icon } from './icons.ts';
import type { Links } from './links.ts';
import { lengthOf, many, when } from './time.ts';

/** A question of the night and its answer; an empty answer is left out. */
export type Answer = readonly [question: string, answer: Html | ''];

/** Questions and answers, always in the order: who, why, what changed, getting better, do first, notified. */
export function answersOf(answers: readonly Answer[]): Html {
  const given = answers.filter(([, answer]) => answer !== '');
  return html`<dl class="answers">${given.map(([question, answer]) => html`<dt>${question}</dt><dd>${answer}</dd>`)}</dl>`;
}

const KINDS = { cause: 'Cause', suspicion: 'Suspicion', couldNotLook: 'Could not look' } as const;

/** How sure a finding is, as a word. */
export const kindOf = ({ kind, revoked }: Pick<FindingView, 'kind' | 'revoked'>): string => (revoked ? 'Disproved' : KINDS[kind]);

/**
 * Why something fails: the finding in bold, otherwise what the reason means.
 *
 * @param evidence - the page that shows the settings as they were read.
 */
export function whyAnswer(
  finding: FindingView | undefined,
  { reason, sentence }: { reason: string; sentence: string },
  links: Links,
  now: Date,
  evidence?: string,
): Html {
  const name = html`<a href="${links.reason(reason)}">${reason}</a>`;
  if (finding === undefined) return html`<span class="why">${sentence}</span> <span class="small">${name}</span>`;
  const proof = evidence === undefined ? '' : html` · <a href="${evidence}#findings">evidence</a>`;
  return html`<span class="why">${finding.sentence}.</span> <span class="small">${kindOf(finding)}, read from Azure at ${when(finding.foundAt, now)} · ${name}${proof}</span>`;
}

/** What was found to be the cause of outages, as a sentence; undefined if none was found, or it was disproved. */
export const causeOf = (outages: readonly { findings: readonly FindingView[] }[]): string | undefined =>
  outages.flatMap(({ findings }) => findings).find(({ kind, revoked }) => kind === 'cause' && revoked === undefined)?.sentence;

/** What people call a resource: its last name, and of a part of one also the name of the whole. */
export function resourceName(resourceId: string): string {
  const [, rest = ''] = /\/providers\/[^/]+\/(.+)$/i.exec(resourceId) ?? [];
  const names = rest.split('/').filter((_, at) => at % 2 === 1);
  return names.join(' / ') || (resourceId.split('/').at(-1) ?? resourceId);
}

/** A resource with its link to the portal, unless it is no id of one. */
export function resourceLink(links: Links, resourceId: string): Html {
  if (!resourceId.startsWith('/subscriptions/')) return html`${resourceId}`;
  return html`<a href="${links.portal(resourceId)}" rel="noreferrer" title="${resourceId}">${resourceName(resourceId)}</a>`;
}

/** How long before or after the start of an outage something happened. */
export function relativeTo(start: string, time: string): string {
  const seconds = (Date.parse(start) - Date.parse(time)) / 1000;
  return seconds >= 0 ? `${lengthOf(seconds)} before it began` : `${lengthOf(-seconds)} after it began`;
}

const PROPERTIES_SHOWN = 4;

/** The changes of one write, which may be of several properties. */
export const writesOf = (changes: readonly ChangeView[]): ChangeView[][] => [
  ...Map.groupBy(changes, ({ time, resourceId, by }) => `${time} ${resourceId.toLowerCase()} ${by}`).values(),
];

/** What one write changed of one resource: the properties and their values, or the operation. */
export function changeWords(links: Links, own: readonly ChangeView[]): Html {
  const { resourceId, operation, by } = own[0]!;
  const named = own.filter(({ property }) => property !== undefined);
  const values = named.slice(0, PROPERTIES_SHOWN).map(({ property = '', before, after }, at) => {
    const from = before === undefined ? '' : html`<code>${before}</code> → `;
    return html`${at > 0 ? ', ' : ''}<span title="${property}">${property.split('.').at(-1)}</span> ${from}<code>${after ?? 'removed'}</code>`;
  });
  const more = named.length > PROPERTIES_SHOWN ? ` and ${named.length - PROPERTIES_SHOWN} more` : '';
  const what = named.length === 0 ? html`<code>${operation}</code>` : html`${values}${more}`;
  return html`<b>${resourceLink(links, resourceId)}</b>: ${what}${by ? html`, by ${by}` : ''}`;
}

/** What changed before: the newest writes on the way of the nodes. */
export function changedAnswer(changes: readonly ChangeView[], start: string, links: Links, now: Date, most = 2): Html | '' {
  const writes = writesOf(changes);
  if (writes.length === 0) return '';
  const lines = writes
    .slice(0, most)
    .map((own) => html`<li>${changeWords(links, own)} at ${when(own[0]!.time, now)}, ${relativeTo(start, own[0]!.time)}</li>`);
  const more = writes.length > most ? html`<li class="muted">and ${many(writes.length - most, 'more change')}</li>` : '';
  return html`<ul>${lines}${more}</ul>`;
}

const WAYS = {
  begun: ['up', 'down', 'It has just begun'],
  unseen: ['eye', 'unk', 'Not known: nodes that failed give no verdict now'],
  spreading: ['up', 'down', 'No: it spreads'],
  steady: ['flat', 'down', 'Not yet, and not worse'],
  healing: ['fall', 'ok', 'Yes: it heals'],
} as const;

/** Whether the number of failing nodes rises or falls, of some clusters together. */
export function trendOfClusters(clusters: readonly ClusterView[]): Trend {
  const now = clusters.reduce((sum, { nodes }) => sum + nodes.unreachable, 0);
  const unknown = clusters.reduce((sum, { nodes }) => sum + nodes.unknown, 0);
  return trendOf(addFailing(clusters.map(({ recentSweeps }) => failingIn(recentSweeps))), now, unknown);
}

/** The trend in one word, to follow a number. */
export const trendWord = ({ way }: Trend): string =>
  ({ begun: 'just begun', unseen: 'now without a verdict', spreading: 'spreading', steady: 'not spreading', healing: 'healing' })[way];

/** Whether it is getting better. */
export function trendAnswer(trend: Trend): Html {
  const [sign, tone, words] = WAYS[trend.way];
  const since = trend.way === 'steady' && trend.sweeps > 1 ? ` for ${trend.sweeps} sweeps` : '';
  return html`<span class="row">${trendBars(trend.failing)}<span>${icon(sign, tone)} <b>${words}</b>${since}. Failing nodes: ${trend.failing.slice(-4).join(' → ')}</span></span>`;
}

/** Commands of az that change nothing. */
const LOOKS_ONLY = /^az [a-z -]*?(show|list|list-[a-z-]+|show-[a-z-]+) /;

/** A thing to do: the sentence, and the command that does it, which one click selects whole. */
export function remedyLine({ say, command }: Remedy): Html {
  if (command === null) return html`${say}`;
  const looks = LOOKS_ONLY.test(command) ? html` <span class="muted">This command looks at it, and changes nothing:</span>` : '';
  return html`${say}${looks}<pre class="cmd"><code>${command}</code></pre>`;
}

/** Pages of others about a reason, by what their addresses say. */
export const sourceLinks = (links: readonly string[]): Html =>
  html`${links.map((link, at) => {
    const { hostname, pathname } = new URL(link);
    const name = pathname.split('/').filter(Boolean).at(-1)?.replaceAll('-', ' ') ?? '';
    return html`${at > 0 ? ', ' : ''}<a href="${link}" rel="noreferrer">${name === '' ? hostname : `${name} (${hostname})`}</a>`;
  })}`;

/** What to do about something, the surest first: what the best finding asks for, then what the reason does. */
export const stepsFor = ([finding]: readonly FindingView[], remedies: readonly Remedy[]): Remedy[] => [
  ...(finding?.todo ? [finding.todo] : []),
  ...remedies,
];

/** What to do first. */
export const remedyAnswer = (remedies: readonly Remedy[]): Html | '' => (remedies[0] === undefined ? '' : remedyLine(remedies[0]));

/** Who was notified: each sink with what it accepted. */
export function notifiedAnswer(notified: Readonly<Record<string, NotifiedView>>, now: Date, held?: Html | string): Html {
  const sinks = Object.entries(notified).map(([sink, { started, ended, startedAt, endedAt }], at) => {
    const begun = started ? html`accepted${startedAt ? html` at ${when(startedAt, now)}` : ''}` : 'pending';
    const over = ended ? html`, and its end${endedAt ? html` at ${when(endedAt, now)}` : ''}` : '';
    return html`${at > 0 ? '; ' : ''}${sink}: ${begun}${over}`;
  });
  const all = sinks.length === 0 ? '' : html`${sinks}. `;
  if (held !== undefined) return html`${all}<span class="muted">${held}</span>`;
  return sinks.length === 0 ? html`<span class="muted">Nobody yet.</span>` : html`${all}`;
}
