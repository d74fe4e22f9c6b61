import type { Problem } from '../model/problem.ts';
import { type Document, type Frame, headOf } from './frame.ts';
import { html } from './html.ts';

/** A problem with the status and the title of its answer. */
export interface TitledProblem {
  status: number;
  title: string;
  problem: Problem;
}

/** What a reader can do when a page cannot be shown. */
function adviceFor({ status, problem: { retryAfterSeconds } }: TitledProblem): string {
  const later = retryAfterSeconds === undefined ? 'in a minute' : `in ${retryAfterSeconds} s`;
  if (status >= 500)
    return `If the error stays, try again ${later}, then read the exceptions in Application Insights, or the log of the app.`;
  if (status === 429) return `Try again ${later}.`;
  if (status === 404)
    return 'Clusters and nodes that are gone are deleted after some days. The page of the fleet shows all that are known.';
  return 'Correct the address, or start from the page of the fleet.';
}

/** The page that is shown instead of one that cannot be shown. Pure. */
export function problemPage(titled: TitledProblem, { links }: Frame): Document {
  const { status, title, problem } = titled;
  const body = html`${headOf('odd', title, problem.message, [`status ${status}`])}<p class="spaced">${adviceFor(titled)} <a href="${links.fleet()}">AKS fleet</a></p>`;
  return { title, state: 'odd', current: undefined, body, hasFormats: false };
}
