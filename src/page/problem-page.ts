import type { Problem } from '../model/problem.ts';
import type { Services } from '../services.ts';
import { html } from './html.ts';
import { documentOf, linksWith } from './layout.ts';

/** A problem with the status and the title of its answer. */
interface TitledProblem {
  status: number;
  title: string;
  problem: Problem;
}

/** What a reader can do when a page cannot be shown. */
function adviceFor({ status, problem: { retryAfterSeconds } }: TitledProblem): string {
  const when = retryAfterSeconds === undefined ? 'in a minute' : `in ${retryAfterSeconds} s`;
  if (status >= 500)
    return `This page reloads itself; if the error stays, try again ${when}, then read the exceptions in Application Insights, or the log of the app.`;
  if (status === 404)
    return 'Clusters and nodes that are gone are deleted after some days. The page of the fleet shows all that are known.';
  return 'Correct the address, or start from the page of the fleet.';
}

/**
 * Renders the page that is shown instead of one that cannot be shown.
 *
 * @param key - the function key, if it was given as a parameter.
 */
export function renderProblemPage(services: Services, titled: TitledProblem, key: string | undefined): string {
  const { status, title, problem } = titled;
  const { fleet } = linksWith(services.settings, key);
  const body = html`<p><a href="${fleet}">AKS fleet</a></p><h1>${title} <small>${status}</small></h1>
<p class="banner unknown">? ${problem.message}</p><p>${adviceFor(titled)}</p>`;
  return documentOf(services, `${title}: AKS fleet`, 'odd', body);
}
