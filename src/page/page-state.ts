import type { Verdict } from '../model/verdict.ts';
import type { IconName } from './icons.ts';

/** What a page is about, at a glance: the colour and the sign of its headline and of its icon in a tab. */
export type PageState = 'bad' | 'poor' | 'odd' | 'good';

/** The sign of a state. */
export const SIGN: Readonly<Record<PageState, IconName>> = { bad: 'down', poor: 'warn', odd: 'unk', good: 'ok' };

/** The character that begins the title of a page. */
export const MARK: Readonly<Record<PageState, string>> = { bad: '✖', poor: '▲', odd: '?', good: '✓' };

/** The state of one node. */
export function stateOfNode(verdict: Verdict['verdict'] | 'notProbed', served: boolean | null): PageState {
  if (verdict === 'unreachable') return 'bad';
  if (verdict !== 'reachable') return 'odd';
  return served === false ? 'poor' : 'good';
}

// Shapes as well as colours, for people who cannot tell these apart.
const SHAPES: Readonly<Record<PageState, string>> = {
  bad: '<circle cx="8" cy="8" r="7.5" fill="#b8231a"/><path d="M5 5l6 6M11 5l-6 6" stroke="#fff" stroke-width="2"/>',
  poor: '<path fill="#d08a00" d="m8 1 7.5 14H.5z"/><path d="M8 6v4M8 12v1.5" stroke="#fff" stroke-width="1.8"/>',
  odd: '<circle cx="8" cy="8" r="6.5" fill="none" stroke="#757d86" stroke-width="3" stroke-dasharray="3 2"/>',
  good: '<circle cx="8" cy="8" r="7.5" fill="#1c7245"/><path d="M4.5 8.500l2.300 2.300 4.700-5" fill="none" stroke="#fff" stroke-width="2"/>',
};

/** The icon of a page in a tab, as an address that needs no request. */
export function iconOf(state: PageState): string {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16">${SHAPES[state]}</svg>`;
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}
