import type { Services } from '../services.ts';
import { portalUrl, type Settings, statusPageUrl } from '../settings.ts';
import { currentIntervalMs } from '../views/current-interval.ts';
import type { UptimeShares } from '../views/uptime.ts';
import { type Html, html } from './html.ts';
import { iconOf, type PageState } from './page-state.ts';
import { STYLE } from './style.ts';

/** Labels of verdicts, with symbols for people who cannot see colours. */
export const SIGNS = { reachable: '● reachable', unreachable: '✖ unreachable', unknown: '? unknown', notProbed: '– not probed' } as const;

/** The label of a reachable node that its API server does not serve. */
export const NOT_SERVED = '▲ not served';

/** A share as a percentage, rounded down so that less than all never looks like 100 %. */
export const percent = (share: number, digits: number) => `${(Math.floor(share * 10 ** (digits + 2)) / 10 ** digits).toFixed(digits)} %`;

/** A time as an HTML element; empty if there is none. */
export const when = (time: string | null | undefined) => (time ? html`<time datetime="${time}">${time}</time>` : html``);

/** A duration in seconds as text, rounded down. */
export function lengthOf(seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  if (minutes < 1) return `${Math.floor(seconds)} s`;
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
  return `${Math.floor(hours / 24)} d${hours % 24 === 0 ? '' : ` ${hours % 24} h`}`;
}

/**
 * The uptime of a node, or of all nodes of a cluster or fleet together. A window is shown only if more was watched than in the shorter one:
 * a node that was watched for 13 minutes has no uptime of a month.
 */
export function uptimeLine({ watchedSeconds, maintenanceSeconds, ...uptime }: UptimeShares, ofMany = false): Html {
  let most = 0;
  const windows = (['24h', '7d', '30d'] as const).flatMap((window) => {
    const [share, watched] = [uptime[window], watchedSeconds[window]];
    if (share === null || watched <= most) return [];
    most = watched;
    return [`${window} ${percent(share, 2)} over ${lengthOf(watched)} watched`];
  });
  const apart = maintenanceSeconds['30d'] > 0 ? ` Not counted: ${lengthOf(maintenanceSeconds['30d'])} in maintenance within 30d.` : '';
  if (windows.length === 0) return html`<p>Uptime: nothing was watched yet.${apart}</p>`;
  return html`<p>Uptime${ofMany ? ' of all nodes together' : ''}: ${windows.join(', ')}.${apart}</p>`;
}

/** Links between the pages. They contain the function key of the request, without which the next page would not open. */
export interface Links {
  fleet: string;
  cluster(cluster: string, query?: Record<string, string>): string;
  node(cluster: string, node: string): string;
  incident(id: string): string;
  /** A resource in the portal of the cloud that is watched. */
  portal(resourceId: string): string;
}

/**
 * Creates the links of a page.
 *
 * @param key - the function key, if it was given as a parameter.
 */
export function linksWith(settings: Settings, key: string | undefined): Links {
  // Relative to the address that events contain: behind a proxy the pages may have another path.
  const base = new URL(statusPageUrl(settings) ?? 'https://localhost/api/status').pathname.replace(/\/$/, '');
  const to = (path: string[], query: Record<string, string> = {}) => {
    const given = Object.entries({ ...query, code: key ?? '' }).filter(([, value]) => value !== '');
    const search = new URLSearchParams(given).toString();
    const address = [base, ...path.map(encodeURIComponent)].join('/');
    return search === '' ? address : `${address}?${search}`;
  };
  return {
    fleet: to([]),
    cluster: (cluster, query) => to(['clusters', cluster], query),
    node: (cluster, node) => to(['clusters', cluster, 'nodes', node]),
    incident: (id) => to(['incidents', id]),
    portal: (resourceId) => portalUrl(settings, resourceId),
  };
}

/**
 * A whole HTML document, which reloads about five times in an interval.
 *
 * @param state - what it is about at a glance, for its icon.
 */
export function documentOf(services: Services, title: string, state: PageState, body: Html): string {
  const refresh = Math.max(5, Math.min(60, Math.round(currentIntervalMs(services) / 5000)));
  return html`<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="${refresh}"><title>${title}</title><link rel="icon" href="${iconOf(state)}"><style>${STYLE}</style></head><body><main>
${body}</main></body></html>`.text;
}
