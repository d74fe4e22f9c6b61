import type { FindingView } from '../views/findings.ts';
import { kindOf, relativeTo, remedyLine, resourceLink } from './answers.ts';
import { type Html, html } from './html.ts';
import { pill } from './icons.ts';
import type { Links } from './links.ts';
import { when } from './time.ts';

const TONES = { cause: 'warn', suspicion: 'warn', couldNotLook: 'unk' } as const;

function panel(finding: FindingView, start: string, links: Links, now: Date): Html {
  const { code, kind, sentence, resourceId, evidence, changedAt, changedBy, revoked, foundAt, todo } = finding;
  const where = resourceId === undefined ? '' : html` (${resourceLink(links, resourceId)})`;
  const changed =
    changedAt === undefined
      ? ''
      : html`<p class="small">Changed at ${when(changedAt, now)}${changedBy ? ` by ${changedBy}` : ''}, ${relativeTo(start, changedAt)}.</p>`;
  const disproved =
    revoked === undefined
      ? ''
      : html`<p class="small">Disproved at ${when(revoked, now)}: the outage had ended, and the setting was still the same.</p>`;
  const read = evidence.map(
    ({ setting, value, resourceId: of }) =>
      html`<li><span class="muted">${when(foundAt, now)}</span><span>${setting}</span><span><code>${value}</code>${of === resourceId ? '' : html` <span class="small">${resourceLink(links, of)}</span>`}</span></li>`,
  );
  const steps = todo === null ? '' : html`<div class="evidence"><b>What to do.</b> ${remedyLine(todo)}</div>`;
  return html`<article class="panel card"><h3>${pill(TONES[kind], TONES[kind], kindOf(finding))} ${code}</h3><p>${sentence}${where}.</p>${changed}${disproved}${read.length === 0 ? '' : html`<ul class="why-list">${read}</ul>`}${steps}</article>`;
}

/** What Azure's configuration says: each finding with the settings as they were read. Empty until it was searched. */
export function findingsSection(findings: readonly FindingView[], searchedAt: string | null, start: string, links: Links, now: Date): Html {
  if (searchedAt === null && findings.length === 0) return html``;
  const none =
    findings.length === 0 ? html`<p class="panel">Nothing in Azure's configuration stands out, as of ${when(searchedAt, now)}.</p>` : '';
  return html`<section aria-labelledby="findings"><div class="sec"><h2 id="findings">Findings</h2><span class="muted">settings as they were read from Azure</span></div><div class="two even flush">${findings.map((finding) => panel(finding, start, links, now))}</div>${none}</section>`;
}
