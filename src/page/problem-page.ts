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

/** What to do about a page that cannot be shown. */
function adviceFor({ status, problem: { retryAfterSeconds } }: TitledProblem): string {
  const when = retryAfterSeconds === undefined ? 'in a minute' : `in ${retryAfterSeconds} s`;
  if (status >= 500)
    return `This page loads itself again; where it stays so, try ${when}, then read the exceptions in Application Insights, or the log of the app.`;
  if (status === 404) return 'What is gone is forgotten after some days. All that is known is on the page of the fleet.';
  return 'Correct the address, or begin at the page of the fleet.';
}

/**
 * Renders what people see instead of a page that cannot be shown.
 *
 * @param key - the function key that came as a parameter, if one did.
 */
export function renderProblemPage(services: Services, titled: TitledProblem, key: string | undefined): string {
  const { status, title, problem } = titled;
  const { fleet } = linksWith(services.settings, key);
  const body = html`<p><a href="${fleet}">AKS fleet</a></p><h1>${title} <small>${status}</small></h1>
<p class="banner unknown">? ${problem.message}</p><p>${adviceFor(titled)}</p>`;
  return documentOf(services, `${title}: AKS fleet`, body);
}
