import { askedOf, coverageOf, expectedOf, type Ledger } from '../model/ledger.ts';
import { isReasonCode, policyOf } from '../model/reasons.ts';
import { meaningOf } from './cluster-words.ts';
import { type Html, html } from './html.ts';
import type { Links } from './links.ts';
import { many, percent } from './time.ts';

const REASONS_SHOWN = 8;

const OF_NODES: readonly string[] = ['node path', 'cluster', 'platform'];

/** What nodes with a reason mean for the coverage, in words. */
function meaningFor(reason: string, { unknownByReason }: Ledger): string {
  if ((unknownByReason[reason] ?? 0) > 0 || !isReasonCode(reason)) return 'no verdict: counts against coverage';
  const { expected, fault } = policyOf(reason);
  if (!expected) return 'no verdict expected';
  return OF_NODES.includes(fault) ? 'unreachable' : 'not asked: counts against coverage';
}

/** The coverage of a sweep: verdicts of how many nodes, and why the others have none. */
export function coveragePanel(ledger: Ledger | undefined, links: Links): Html {
  const coverage = ledger === undefined ? null : coverageOf(ledger);
  const asked = ledger === undefined ? null : askedOf(ledger);
  const head = html`<div class="sec"><h2 id="coverage">Coverage of the last sweep</h2><b>${coverage === null ? 'none' : percent(coverage, 1)}</b></div>`;
  if (ledger === undefined) return html`<div class="panel">${head}<p class="muted">No sweep has completed yet.</p></div>`;
  const verdicts = ledger.reachable + ledger.unreachable;
  const others = Object.entries(ledger.byReason).filter(([reason]) => reason !== 'Reachable');
  const sorted = others.sort(([, a], [, b]) => b - a);
  const list = sorted
    .slice(0, REASONS_SHOWN)
    .map(
      ([reason, count]) =>
        html`<li><span>${count}</span><a href="${links.reason(reason)}" title="${meaningOf(reason)}">${reason}</a><span class="muted">${meaningFor(reason, ledger)}</span></li>`,
    );
  const words = html`${many(verdicts, 'verdict')} of the ${many(expectedOf(ledger), 'node')} that are expected to give one${asked === null ? '' : `; ${percent(asked, 1)} were asked`}.${sorted.length > 0 ? ' Not reachable, not covered or not asked, with the reason:' : ''}`;
  return html`<div class="panel">${head}<p class="muted">${words}</p>${sorted.length > 0 ? html`<ul class="why-list">${list}</ul>` : ''}</div>`;
}
