import { type HttpProblem, problemBody } from '../http/problem.ts';
import type { Services } from '../services.ts';
import { html } from './html.ts';
import { documentOf, linksWith } from './layout.ts';

/** What to do about a page that cannot be shown. */
function adviceFor({ status, retryAfterSeconds }: HttpProblem): string {
  const when = retryAfterSeconds === undefined ? 'in a minute' : `in ${retryAfterSeconds} s`;
  if (status >= 500)
    return `This page loads itself again; where it stays so, try ${when}, then read the exceptions in Application Insights, or the log of the app.`;
  if (status === 404) return 'What is gone is forgotten after some days. All that is known is on the page of the fleet.';
  return 'Correct the address, or begin at the page of the fleet.';
}

/**
 * What people get to see instead of a page that cannot be shown.
 *
 * @param key - the function key that came as a parameter, if one did.
 */
export function problemPage(services: Services, problem: HttpProblem, key: string | undefined): string {
  const title = String(problemBody(problem).title);
  const { fleet } = linksWith(services.settings, key);
  const body = html`<p><a href="${fleet}">AKS fleet</a></p><h1>${title} <small>${problem.status}</small></h1>
<p class="banner unknown">? ${problem.message}</p><p>${adviceFor(problem)}</p>`;
  return documentOf(services, `${title}: AKS fleet`, body);
}
