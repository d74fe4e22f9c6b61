import { nextOccurrence } from '../model/schedule.ts';
import type { Frame } from '../page/frame.ts';
import type { Links } from '../page/links.ts';
import type { Services } from '../services.ts';
import { lastCompleted } from '../tables/sweep-list.ts';
import { currentIntervalMs, staleBefore } from '../views/current-interval.ts';
import { ownPath } from './page-request.ts';
import type { RouteRequest } from './route.ts';

/** Parameters of every page: they say how it is shown, not what. */
const EVERY = ['wall', 'refresh'];

/** How often a page is shown anew while sweeps go on: about five times in an interval, in seconds. */
const refreshOf = (services: Services) => Math.max(5, Math.min(60, Math.round(currentIntervalMs(services) / 5000)));

/** The surroundings of a page without what is read from storage, such as those of an error. */
export function bareFrame(services: Services, links: Links, path: string): Frame {
  const now = services.now();
  const self = (query: Readonly<Record<string, string>>) => {
    const url = new URL(ownPath(links, path), 'https://localhost');
    for (const [name, value] of Object.entries(query))
      if (value === '') url.searchParams.delete(name);
      else url.searchParams.set(name, value);
    // Another form of the same page begins at its start.
    if (!('cursor' in query) && !EVERY.some((name) => name in query)) url.searchParams.delete('cursor');
    return `${url.pathname}${url.search}`;
  };
  return {
    links,
    now,
    sweep: undefined,
    stale: true,
    next: nextOccurrence(services.settings.SWEEP_SCHEDULE, now),
    refreshSeconds: 0,
    self,
    paused: false,
    wall: false,
  };
}

/**
 * The surroundings of a page.
 *
 * @param refreshes - whether it can change; else it is not shown anew by itself.
 */
export async function frameOf(
  services: Services,
  links: Links,
  { query, path }: RouteRequest,
  refreshes: boolean | number,
): Promise<Frame> {
  const last = await lastCompleted(services.tables, services.now());
  const paused = refreshes !== false && query.get('refresh') === 'off';
  const refreshSeconds = paused || refreshes === false ? 0 : typeof refreshes === 'number' ? refreshes : refreshOf(services);
  const sweep = last && { id: last.sweep, startedAt: last.startedAt, completedAt: last.completedAt };
  const stale = !(Date.parse(last?.completedAt ?? '') >= staleBefore(services));
  return { ...bareFrame(services, links, path), sweep, stale, refreshSeconds, paused, wall: query.get('wall') === '1' };
}
