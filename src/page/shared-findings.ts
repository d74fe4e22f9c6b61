import type { FindingView } from '../views/findings.ts';
import { resourceName } from './finding-lines.ts';
import { type Html, html } from './html.ts';
import type { Links } from './layout.ts';

const LEAST = 2;

/** Something open that was searched for: an outage, or a cluster that is not seen. */
interface Explained {
  cluster: string;
  findings: readonly FindingView[];
}

/** A resource that explains what several clusters suffer from. */
interface SharedFinding {
  finding: FindingView;
  clusters: string[];
}

/** The resources that the best findings of several clusters name, that of most first: one hub, zone or route table breaks many. Pure. */
export function sharedFindings(explained: readonly Explained[]): SharedFinding[] {
  const best = explained.flatMap(({ cluster, findings: [first] }) =>
    first?.resourceId === undefined || first.kind === 'couldNotLook' ? [] : [{ cluster, finding: first, id: first.resourceId }],
  );
  return [...Map.groupBy(best, ({ finding, id }) => `${finding.code} ${id.toLowerCase()}`).values()]
    .map((own) => ({ finding: own[0]!.finding, clusters: [...new Set(own.map(({ cluster }) => cluster))] }))
    .filter(({ clusters }) => clusters.length >= LEAST)
    .sort((a, b) => b.clusters.length - a.clusters.length);
}

/** Shows what several clusters have in common by their findings; empty if nothing. */
export function sharedFindingLines(explained: readonly Explained[], links: Links): Html {
  const lines = sharedFindings(explained).map(({ finding: { kind, sentence, resourceId = '' }, clusters }) => {
    const where = html`<a href="${links.portal(resourceId)}" rel="noreferrer" title="${resourceId}">${resourceName(resourceId)}</a>`;
    return html`<li><strong>${clusters.length} clusters</strong>: ${sentence} (${kind}, ${where})</li>`;
  });
  return lines.length === 0 ? html`` : html`<h2>What they have in common</h2><ul class="findings">${lines}</ul>`;
}
