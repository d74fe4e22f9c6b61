import type { ChangeView, FindingView } from '../views/findings.ts';
import type { NotifiedView } from '../views/outages.ts';
import { changeWords, kindOf, relativeTo, writesOf } from './answers.ts';
import { type Html, html } from './html.ts';
import { type IconName, pill } from './icons.ts';
import type { Links } from './links.ts';
import { when } from './time.ts';

/** Something that happened: when, what kind of thing, and what. */
export interface Event {
  time: string;
  kind: 'changed' | 'failed' | 'recovered' | 'notified' | 'found';
  words: Html;
  small?: Html | string;
}

const KINDS: Readonly<Record<Event['kind'], readonly [tone: string, sign: IconName, words: string]>> = {
  changed: ['warn', 'edit', 'Changed'],
  failed: ['down', 'down', 'We saw'],
  recovered: ['ok', 'ok', 'We saw'],
  notified: ['maint', 'bell', 'Notified'],
  found: ['plain', 'eye', 'Found'],
};

/** What changed in Azure, as events. */
export const changeEvents = (changes: readonly ChangeView[], start: string, links: Links): Event[] =>
  writesOf(changes).map((own) => ({
    time: own[0]!.time,
    kind: 'changed',
    words: changeWords(links, own),
    small: `${own[0]!.operation}, ${relativeTo(start, own[0]!.time)}`,
  }));

/** What was found in Azure's configuration, as events. */
export const findingEvents = (findings: readonly FindingView[]): Event[] =>
  findings.flatMap((finding): Event[] => {
    const { foundAt, sentence, revoked, code } = finding;
    const found: Event = {
      time: foundAt,
      kind: 'found',
      words: html`<b>${kindOf({ ...finding, revoked: undefined })}</b>: ${sentence}`,
      small: code,
    };
    return revoked === undefined
      ? [found]
      : [found, { time: revoked, kind: 'found', words: html`<b>Disproved</b>: it was still so when the outage had ended`, small: code }];
  });

/** Who was notified, as events: those of sinks whose times are known. */
export const notifiedEvents = (notified: Readonly<Record<string, NotifiedView>>): Event[] =>
  Object.entries(notified).flatMap(([sink, { startedAt, endedAt }]) => [
    ...(startedAt ? [{ time: startedAt, kind: 'notified' as const, words: html`<b>${sink}</b> accepted the start` }] : []),
    ...(endedAt ? [{ time: endedAt, kind: 'notified' as const, words: html`<b>${sink}</b> accepted the end` }] : []),
  ]);

/** What was seen, what changed and who was notified, on one line of time. */
export function storyOf(events: readonly Event[], now: Date): Html {
  const sorted = [...events].sort((a, b) => (a.time < b.time ? -1 : 1));
  const items = sorted.map(({ time, kind, words, small }) => {
    const [tone, sign, name] = KINDS[kind];
    return html`<li${kind === 'changed' ? html` class="turn"` : ''}>${when(time, now, 'second')}<span>${pill(tone, sign, name)}</span><div>${words}${small === undefined || small === '' ? '' : html`<span class="small">${small}</span>`}</div></li>`;
  });
  return html`<section aria-labelledby="story"><div class="sec"><h2 id="story">Timeline</h2><span class="muted">what we saw, what changed in Azure, who was notified</span></div><ol class="story panel">${items}</ol></section>`;
}
