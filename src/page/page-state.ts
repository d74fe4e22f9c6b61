import type { Counts } from '../model/ledger.ts';
import type { Verdict } from '../model/verdict.ts';

/** What the title of a page shows about a cluster or the fleet. */
export interface Titled {
  nodes: Counts;
  openOutages: number;
  cutOff: boolean;
  /** Set if its current state is not known; `since` when, if that is known. */
  unseen: { since: string | undefined } | undefined;
}

/** What a page is about, at a glance: the colour and the sign of its icon in a tab. */
export type PageState = 'bad' | 'poor' | 'odd' | 'good';

/**
 * The title of the page of the fleet or of a cluster, and its state: the worst that is known. The title gives no number of unreachable nodes if the
 * current state is not known. Pure.
 */
export function titleAndState({ nodes, openOutages, cutOff, unseen }: Titled): [title: string, state: PageState] {
  const { reachable, notServed, unreachable, unknown } = nodes;
  if (unseen?.since !== undefined) return [`not seen since ${unseen.since}`, 'odd'];
  if (unreachable > 0) return [`${unreachable} unreachable`, 'bad'];
  if (cutOff) return ['cut off', 'bad'];
  if (openOutages > 0) return [`${openOutages} open outage${openOutages > 1 ? 's' : ''}`, 'bad'];
  if (unseen !== undefined || reachable === 0) return ['not seen', 'odd'];
  if (notServed > 0) return [`${notServed} not served`, 'poor'];
  return unknown > 0 ? [`${unknown} unknown`, 'odd'] : [`${unreachable} unreachable`, 'good'];
}

/** The state of one node. */
export function stateOfNode(verdict: Verdict['verdict'] | 'notProbed', served: boolean | null): PageState {
  if (verdict === 'unreachable') return 'bad';
  if (verdict !== 'reachable') return 'odd';
  return served === false ? 'poor' : 'good';
}

// Shapes as well as colours, for people who cannot tell these apart.
const SHAPES: Readonly<Record<PageState, string>> = {
  bad: '<path fill="#c62828" d="M2 0 8 6l6-6 2 2-6 6 6 6-2 2-6-6-6 6-2-2 6-6-6-6z"/>',
  poor: '<path fill="#b26a00" d="m8 1 8 14H0z"/>',
  odd: '<path fill="#757575" d="M8 0a8 8 0 1 0 0 16A8 8 0 0 0 8 0m0 3a5 5 0 1 1 0 10A5 5 0 0 1 8 3"/>',
  good: '<circle fill="#2e7d32" cx="8" cy="8" r="8"/>',
};

/** The icon of a page in a tab, as an address that needs no request. */
export function iconOf(state: PageState): string {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16">${SHAPES[state]}</svg>`;
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}
