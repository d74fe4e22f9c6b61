import type { UptimeShares } from '../views/uptime.ts';
import { type Html, html } from './html.ts';
import { lengthOf, percent } from './time.ts';

export type Window = '24h' | '7d' | '30d';
const WINDOWS = [
  ['24h', '24 h', 86_400, undefined],
  ['7d', '7 d', 604_800, '24h'],
  ['30d', '30 d', 2_592_000, '7d'],
] as const;
/** Of less than this share of a window, it is said how much was watched. */
const NEARLY_WHOLE = 0.9;

/** The nodes that an uptime is the sum of: those that are probed. */
export const probedNodes = ({ known, notProbed }: { known: number; notProbed: number }): number => Math.max(1, known - notProbed);

/**
 * The uptime of a window, with the time that was watched where that is not nearly all of it. A window of which no more was watched than of the shorter one has none:
 * a node that was watched for 13 minutes has no uptime of a month.
 *
 * @param nodes - the number of nodes that the uptime is the sum of.
 */
export function uptimeOf(uptime: UptimeShares, window: Window, nodes: number): { share: string; of: string } | undefined {
  const [, , seconds, shorter] = WINDOWS.find(([name]) => name === window)!;
  const share = uptime[window];
  // Nodes that are gone were watched too.
  const watched = Math.min(seconds, uptime.watchedSeconds[window] / Math.max(1, nodes));
  if (share === null || watched <= 0) return undefined;
  if (shorter !== undefined && uptime.watchedSeconds[window] <= uptime.watchedSeconds[shorter]) return undefined;
  return { share: percent(share, 2), of: watched >= NEARLY_WHOLE * seconds ? '' : `of ${lengthOf(watched)}` };
}

/** The uptimes of three windows as numbers. What was never watched has none. */
export const uptimeNumbers = (uptime: UptimeShares, nodes = 1): Html =>
  html`${WINDOWS.map(([window, words]) => {
    const known = uptimeOf(uptime, window, nodes);
    return html`<div><dt>${words}</dt><dd>${known === undefined ? html`<span class="muted">none</span>` : html`${known.share} <small>${known.of}</small>`}</dd></div>`;
  })}`;

/** Over how long an uptime was watched, in words. */
export function watchedWords({ watchedSeconds, maintenanceSeconds }: UptimeShares, nodes = 1): string {
  const day = watchedSeconds['24h'];
  if (watchedSeconds['30d'] <= 0) return 'Nothing was watched yet: what was never probed has no uptime.';
  const ofDay =
    nodes === 1
      ? `Watched for ${lengthOf(day)} of the last 24 h.`
      : `Each node was watched for ${lengthOf(Math.min(86_400, day / nodes))} of the last 24 h, on average.`;
  const apart = maintenanceSeconds['30d'] > 0 ? ` Not counted: ${lengthOf(maintenanceSeconds['30d'])} in maintenance within 30 d.` : '';
  return `${ofDay}${apart}`;
}
