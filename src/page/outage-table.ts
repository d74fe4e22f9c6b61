import { reasons } from '../model/reasons.ts';
import type { OutageView } from '../views/outages.ts';
import { remedyLine } from '../views/remedies.ts';
import { findingLines } from './finding-lines.ts';
import { type Html, html } from './html.ts';
import { type Links, when } from './layout.ts';

function outageRow(outage: OutageView, links: Links): Html {
  const { subject, reason, start, end, message, flaps, maintenance, counts, reasons: several = [], commonFactors } = outage;
  const { sentence } = reasons[reason];
  const remedies = outage.remedies.map(remedyLine);
  const hit = counts ? html`, ${counts.failing} of ${counts.conclusive} nodes` : '';
  const who =
    'node' in subject
      ? html`<a href="${links.node(subject.cluster, subject.node)}"><code>${subject.node}</code></a>`
      : html`the whole cluster${hit}`;
  const shared = (commonFactors ?? []).map((factor) => html`<br><small>${factor.sentence}</small>`);
  const others =
    several.length < 2
      ? []
      : several.map(({ reason: each, nodes }) => html`<br><small title="${reasons[each].sentence}">${nodes} ${each}</small>`);
  const returns = flaps > 0 ? html`<br><small>flapping: returned ${flaps} time${flaps > 1 ? 's' : ''}</small>` : '';
  const planned = maintenance ? html`<br><small>began in a maintenance</small>` : '';
  const until = end === null ? '' : html` to ${when(end)}`;
  return html`<tr><td>${who}<br><small><a href="${links.cluster(subject.cluster)}">${subject.cluster}</a></small></td>
<td><strong>${reason}</strong>: ${sentence}${findingLines(links, outage, start)}<small>${remedies[0]}</small>${others}${shared}${returns}</td><td>${when(start)}${until}<br><small>${message}</small>${planned}</td></tr>`;
}

/** A table of outages with their reasons and remedies. */
export function outageTable(outages: readonly OutageView[], links: Links): Html {
  const rows = outages.map((outage) => outageRow(outage, links));
  return html`<div class="wrap"><table><tr><th>Node or cluster</th><th>Reason</th><th>Since</th></tr>${rows}</table></div>`;
}
